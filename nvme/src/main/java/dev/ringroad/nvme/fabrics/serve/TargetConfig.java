package dev.ringroad.nvme.fabrics.serve;

import java.util.concurrent.TimeUnit;

/**
 * How a target serves: begun with {@link #defaults}, to which each {@code with…} makes a copy that
 * differs. Nothing changes once it was handed out, so any thread may use it.
 */
public final class TargetConfig implements Cloneable {
    private static final int THREADS_MAX = 64;
    private static final int QUEUES_MAX = 16;
    private static final int QUEUE_ENTRIES_MAX = 128;

    private int threads = 1;
    private int connectionsMax = 256;
    private int smallBuffers = 1024;
    private int largeBuffers = 96;
    private boolean headerDigest = true;
    private boolean dataDigest = true;
    private int hostDataBytesMax = TransferPool.LARGE_BYTES;
    private int readyBytesMax = TransferPool.LARGE_BYTES;
    private int alignmentBytes = 4;
    private long stallNanos = TimeUnit.SECONDS.toNanos(30);
    private long spinNanos = TimeUnit.MICROSECONDS.toNanos(50);
    private int controllerIdFirst = 1;

    private TargetConfig() {}

    /** One thread, some 25 MiB of buffers, digests when they are asked for. */
    public static TargetConfig defaults() {
        return new TargetConfig();
    }

    private TargetConfig copy() {
        try {
            return (TargetConfig) clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("It is Cloneable", e);
        }
    }

    private static void require(boolean fact, String what, long value) {
        if (!fact) {
            throw new IllegalArgumentException("A target cannot have these " + what + ": " + value);
        }
    }

    /**
     * With so many threads that serve connections, each with a channel of its own to each device.
     *
     * @throws IllegalArgumentException when it cannot have as many, as in all that follow
     */
    public TargetConfig withThreads(int count) {
        require(count >= 1 && count <= THREADS_MAX, "threads", count);
        TargetConfig copy = copy();
        copy.threads = count;
        return copy;
    }

    /** With so many connections of one thread at a time. */
    public TargetConfig withConnectionsMax(int count) {
        require(count >= 1 && count <= 4096, "connections", count);
        TargetConfig copy = copy();
        copy.connectionsMax = count;
        return copy;
    }

    /** With so many buffers of 8 KiB and of 128 KiB, for all connections of a thread. */
    public TargetConfig withBuffers(int small, int large) {
        require(small >= 2 && small <= 65536, "small buffers", small);
        require(large >= 2 && large <= 8192, "large buffers", large);
        TargetConfig copy = copy();
        copy.smallBuffers = small;
        copy.largeBuffers = large;
        return copy;
    }

    /** Agreeing to digests when a host asks, or not. */
    public TargetConfig withDigests(boolean header, boolean data) {
        TargetConfig copy = copy();
        copy.headerDigest = header;
        copy.dataDigest = data;
        return copy;
    }

    /**
     * How hosts have to send data.
     *
     * @param hostData the most data of one H2CData (MAXH2CDATA)
     * @param ready how much one R2T asks for at most, a multiple of 4
     * @param alignment where data begin in PDUs that come: at a multiple of it (CPDA)
     */
    public TargetConfig withTransfers(int hostData, int ready, int alignment) {
        require(ready >= 4096 && (ready & 3) == 0, "bytes of an R2T", ready);
        TargetConfig copy = copy();
        copy.hostDataBytesMax = hostData;
        copy.readyBytesMax = ready;
        copy.alignmentBytes = alignment;
        return copy;
    }

    /**
     * With other times.
     *
     * @param stall how long a peer may leave a PDU unfinished, a handshake undone or answers
     *     unread, in nanoseconds
     * @param spin how long a thread polls on after the last work before it sleeps, in nanoseconds
     */
    public TargetConfig withTimes(long stall, long spin) {
        require(stall > 0 && spin >= 0, "times", Math.min(stall, spin));
        TargetConfig copy = copy();
        copy.stallNanos = stall;
        copy.spinNanos = spin;
        return copy;
    }

    /**
     * With another first controller's id; targets that share subsystems' names with others keep
     * theirs apart by it.
     */
    public TargetConfig withControllerIdFirst(int id) {
        require(id >= 1 && id < 0xFFF0, "first controller id", id);
        TargetConfig copy = copy();
        copy.controllerIdFirst = id;
        return copy;
    }

    int threads() {
        return threads;
    }

    int connectionsMax() {
        return connectionsMax;
    }

    /** I/O queues of one controller. */
    int queuesMax() {
        return QUEUES_MAX;
    }

    /** Entries of one queue. */
    int queueEntriesMax() {
        return QUEUE_ENTRIES_MAX;
    }

    int smallBuffers() {
        return smallBuffers;
    }

    int largeBuffers() {
        return largeBuffers;
    }

    boolean headerDigest() {
        return headerDigest;
    }

    boolean dataDigest() {
        return dataDigest;
    }

    int hostDataBytesMax() {
        return hostDataBytesMax;
    }

    int readyBytesMax() {
        return readyBytesMax;
    }

    int alignmentBytes() {
        return alignmentBytes;
    }

    long stallNanos() {
        return stallNanos;
    }

    long spinNanos() {
        return spinNanos;
    }

    int controllerIdFirst() {
        return controllerIdFirst;
    }
}
