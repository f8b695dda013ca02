package dev.ringroad.nvme.fabrics.serve;

import java.util.concurrent.TimeUnit;

/**
 * How a target serves.
 *
 * @param threads that serve connections, each with a channel of its own to each device
 * @param connectionsMax connections of one thread at a time
 * @param queuesMax I/O queues of one controller
 * @param queueEntriesMax entries of one queue
 * @param smallBuffers buffers of 8 KiB, for all connections of a thread
 * @param largeBuffers buffers of 128 KiB, for all connections of a thread
 * @param headerDigest whether header digests are agreed to when a host asks
 * @param dataDigest whether data digests are agreed to when a host asks
 * @param hostDataBytesMax the most data of one H2CData (MAXH2CDATA)
 * @param readyBytesMax how much one R2T asks for at most, a multiple of 4
 * @param alignmentBytes where data begin in PDUs that come: at a multiple of it (CPDA)
 * @param stallNanos how long a peer may leave a PDU unfinished, a handshake undone or answers
 *     unread
 * @param spinNanos how long a thread polls on after the last work before it sleeps
 * @param controllerIdFirst the first controller's id; targets that share subsystems' names with
 *     others keep theirs apart by it
 */
public record TargetConfig(
        int threads,
        int connectionsMax,
        int queuesMax,
        int queueEntriesMax,
        int smallBuffers,
        int largeBuffers,
        boolean headerDigest,
        boolean dataDigest,
        int hostDataBytesMax,
        int readyBytesMax,
        int alignmentBytes,
        long stallNanos,
        long spinNanos,
        int controllerIdFirst) {
    private static final int THREADS_MAX = 64;

    public TargetConfig {
        require(threads >= 1 && threads <= THREADS_MAX, "threads", threads);
        require(connectionsMax >= 1 && connectionsMax <= 4096, "connections", connectionsMax);
        require(queuesMax >= 1 && queuesMax <= 128, "I/O queues", queuesMax);
        require(queueEntriesMax >= 2 && queueEntriesMax <= 1024, "entries", queueEntriesMax);
        require(smallBuffers >= 2 && smallBuffers <= 65536, "small buffers", smallBuffers);
        require(largeBuffers >= 2 && largeBuffers <= 8192, "large buffers", largeBuffers);
        require(
                readyBytesMax >= 4096 && (readyBytesMax & 3) == 0,
                "bytes of an R2T",
                readyBytesMax);
        require(stallNanos > 0 && spinNanos >= 0, "times", 0);
        require(
                controllerIdFirst >= 1 && controllerIdFirst < 0xFFF0,
                "first controller id",
                controllerIdFirst);
    }

    private static void require(boolean fact, String what, long value) {
        if (!fact) {
            throw new IllegalArgumentException("A target cannot have these " + what + ": " + value);
        }
    }

    /** One thread, some 25 MiB of buffers, digests when they are asked for. */
    public static TargetConfig defaults() {
        return new TargetConfig(
                1,
                256,
                16,
                128,
                1024,
                96,
                true,
                true,
                TransferPool.LARGE_BYTES,
                TransferPool.LARGE_BYTES,
                4,
                TimeUnit.SECONDS.toNanos(30),
                TimeUnit.MICROSECONDS.toNanos(50),
                1);
    }

    public TargetConfig withThreads(int count) {
        return copy(count, connectionsMax, smallBuffers, largeBuffers, headerDigest, dataDigest);
    }

    public TargetConfig withConnectionsMax(int count) {
        return copy(threads, count, smallBuffers, largeBuffers, headerDigest, dataDigest);
    }

    public TargetConfig withBuffers(int small, int large) {
        return copy(threads, connectionsMax, small, large, headerDigest, dataDigest);
    }

    public TargetConfig withDigests(boolean header, boolean data) {
        return copy(threads, connectionsMax, smallBuffers, largeBuffers, header, data);
    }

    private TargetConfig copy(
            int newThreads, int connections, int small, int large, boolean header, boolean data) {
        return new TargetConfig(
                newThreads,
                connections,
                queuesMax,
                queueEntriesMax,
                small,
                large,
                header,
                data,
                hostDataBytesMax,
                readyBytesMax,
                alignmentBytes,
                stallNanos,
                spinNanos,
                controllerIdFirst);
    }

    /** How hosts have to send data. */
    public TargetConfig withTransfers(int hostData, int ready, int alignment) {
        return new TargetConfig(
                threads,
                connectionsMax,
                queuesMax,
                queueEntriesMax,
                smallBuffers,
                largeBuffers,
                headerDigest,
                dataDigest,
                hostData,
                ready,
                alignment,
                stallNanos,
                spinNanos,
                controllerIdFirst);
    }

    public TargetConfig withTimes(long stall, long spin) {
        return new TargetConfig(
                threads,
                connectionsMax,
                queuesMax,
                queueEntriesMax,
                smallBuffers,
                largeBuffers,
                headerDigest,
                dataDigest,
                hostDataBytesMax,
                readyBytesMax,
                alignmentBytes,
                stall,
                spin,
                controllerIdFirst);
    }

    public TargetConfig withControllerIdFirst(int id) {
        return new TargetConfig(
                threads,
                connectionsMax,
                queuesMax,
                queueEntriesMax,
                smallBuffers,
                largeBuffers,
                headerDigest,
                dataDigest,
                hostDataBytesMax,
                readyBytesMax,
                alignmentBytes,
                stallNanos,
                spinNanos,
                id);
    }
}
