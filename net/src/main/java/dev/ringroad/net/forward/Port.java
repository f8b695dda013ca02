package dev.ringroad.net.forward;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Burst;

/**
 * A device with a number, and what went in and out of it.
 *
 * <p>The worker that has the device counts; any thread may read.
 */
public final class Port {

    /** The last bucket of bursts has those of 2^9 packets and more. */
    public static final int BURST_BUCKETS = 10;

    private final int number;
    private final NetDevice device;
    private final Counter receivedPackets;
    private final Counter receivedBytes;
    private final Counter takenPackets;
    private final Counter takenBytes;
    private final Counter sentPackets;
    private final Counter sentBytes;
    private final Counter linkUp;
    private final Counter[] bursts = new Counter[BURST_BUCKETS];
    private final Counter[] drops = new Counter[ForwardDrop.values().length];
    private volatile boolean wasUp;
    private volatile String linkTrouble = "";

    /**
     * Gives a device a number.
     *
     * @param counters where is counted; outlives the port
     */
    public Port(int number, NetDevice device, CounterFile counters) {
        this.number = number;
        this.device = device;
        String name = "port" + number;
        receivedPackets = counters.counter(name + ".received-packets", "frames received");
        receivedBytes = counters.counter(name + ".received-bytes", "bytes of frames received");
        takenPackets = counters.counter(name + ".taken-packets", "frames that the device took");
        takenBytes = counters.counter(name + ".taken-bytes", "bytes of frames that it took");
        sentPackets = counters.counter(name + ".sent-packets", "frames taken and not dropped");
        sentBytes = counters.counter(name + ".sent-bytes", "bytes of frames taken and not dropped");
        linkUp = counters.counter(name + ".link-up", "1 while frames can get to the other side");
        for (int i = 0; i < BURST_BUCKETS; i++) {
            bursts[i] =
                    counters.counter(
                            name + ".bursts-" + (1 << i),
                            "bursts received of " + burstWords(i) + " frames");
        }
        for (ForwardDrop reason : ForwardDrop.values()) {
            drops[reason.ordinal()] =
                    counters.counter(name + ".drop." + reason.counterName(), reason.sentence());
        }
    }

    /** Which bursts a bucket has, such as {@code 8-15}. */
    public static String burstWords(int bucket) {
        int least = 1 << bucket;
        if (bucket == BURST_BUCKETS - 1) {
            return least + "+";
        }
        return bucket == 0 ? "1" : least + "-" + (2 * least - 1);
    }

    /** From 0, in the order of the command line. */
    public int number() {
        return number;
    }

    /** The device. */
    public NetDevice device() {
        return device;
    }

    /** Frames received. */
    public long receivedPackets() {
        return receivedPackets.value();
    }

    /** Bytes of frames received. */
    public long receivedBytes() {
        return receivedBytes.value();
    }

    /** Frames that were handed to the other side: those that the device took and did not drop. */
    public long sentPackets() {
        return takenPackets.value() - device.unsentPackets();
    }

    /** Bytes of frames that were handed to the other side. */
    public long sentBytes() {
        return takenBytes.value() - device.unsentBytes();
    }

    /** How many of the bursts received belong to a bucket. */
    public long bursts(int bucket) {
        return bursts[bucket].value();
    }

    /** How many frames were dropped here for a reason. */
    public long dropped(ForwardDrop reason) {
        return drops[reason.ordinal()].value();
    }

    /** Whether frames could get to the other side when the owner looked last. */
    public boolean linkUp() {
        return linkUp.value() != 0;
    }

    /** Whether they could at any time. */
    public boolean wasUp() {
        return wasUp;
    }

    /** Why they could not, in words; empty when they could, or nobody knows. */
    public String linkTrouble() {
        return linkTrouble;
    }

    /** Shows other processes what was sent and whether the link is up; the owner calls it often. */
    public void publish() {
        boolean up = device.linkUp();
        linkTrouble = device.linkTrouble();
        if (up) {
            wasUp = true;
        }
        linkUp.set(up ? 1 : 0);
        sentPackets.set(sentPackets());
        sentBytes.set(sentBytes());
    }

    /** Counts a burst that holds nothing but what was received. */
    public void received(Burst burst) {
        int n = burst.size();
        receivedPackets.add(n);
        receivedBytes.add(burst.totalBytes());
        int bucket = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(n);
        bursts[Math.min(bucket, BURST_BUCKETS - 1)].increment();
    }

    /**
     * Hands a burst to one of the device's queues and counts what that takes; the rest stays in the
     * burst. An empty burst lets the queue give back what it has sent.
     *
     * @return how many it took
     */
    public int send(TxQueue queue, Burst burst) {
        if (burst.isEmpty()) {
            return queue.transmit(burst);
        }
        long bytes = burst.totalBytes();
        int n = queue.transmit(burst);
        if (!burst.isEmpty()) {
            bytes -= burst.totalBytes();
        }
        takenPackets.add(n);
        takenBytes.add(bytes);
        return n;
    }

    void drop(ForwardDrop reason, int n) {
        drops[reason.ordinal()].add(n);
    }
}
