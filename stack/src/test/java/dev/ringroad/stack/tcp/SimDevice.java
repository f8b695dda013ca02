package dev.ringroad.stack.tcp;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/**
 * A device without a kernel: frames are byte arrays, taken from and given to a test. It can hold
 * transmitted packets for a while, as zero-copy devices do, and take few at once, as full rings do.
 */
final class SimDevice implements NetDevice {
    private final PacketPool pool;
    private final MacAddress address;
    private final int mtu;
    private final Consumer<byte[]> wire;
    private final ArrayDeque<byte[]> incoming = new ArrayDeque<>();
    private final ArrayDeque<Packet> held = new ArrayDeque<>();

    /** How many transmitted packets are kept before the oldest is released. */
    int holdPackets;

    /** How many packets the ring takes until the next {@link #service} or receive. */
    int transmitRoom = Integer.MAX_VALUE;

    /** Whether checksums and segmentation are left to the device. */
    boolean segments;

    /** How many frames the ring has taken. */
    int framesTaken;

    private int transmitted;
    long lostForWantOfPackets;

    SimDevice(PacketPool pool, int seed, int mtu, Consumer<byte[]> wire) {
        this.pool = pool;
        this.address = MacAddress.locallyAdministered(seed);
        this.mtu = mtu;
        this.wire = wire;
    }

    /** A frame arrives. */
    void deliver(byte[] frame) {
        incoming.add(frame);
    }

    boolean hasIncoming() {
        return !incoming.isEmpty();
    }

    @Override
    public String name() {
        return "sim-" + address;
    }

    @Override
    public MacAddress macAddress() {
        return address;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public boolean linkUp() {
        return true;
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(segments, false, segments, false, false, mtu + 14);
    }

    @Override
    public PacketPool pool() {
        return pool;
    }

    @Override
    public int queuePairs() {
        return 1;
    }

    @Override
    public RxQueue rxQueue(int i) {
        return this::receive;
    }

    @Override
    public TxQueue txQueue(int i) {
        return this::transmit;
    }

    private int receive(Burst into) {
        transmitted = 0;
        int count = 0;
        while (into.room() > 0 && !incoming.isEmpty()) {
            byte[] frame = incoming.poll();
            Packet packet = pool.acquire();
            if (packet == null) {
                lostForWantOfPackets++;
                continue;
            }
            packet.append(frame.length);
            packet.copyIn(0, frame, 0, frame.length);
            into.add(packet);
            count++;
        }
        return count;
    }

    private int transmit(Burst from) {
        int count = Math.min(from.size(), transmitRoom - transmitted);
        for (int i = 0; i < count; i++) {
            Packet packet = from.get(i);
            List<byte[]> frames = Segmenter.frames(packet);
            held.add(packet);
            frames.forEach(wire);
        }
        from.removeFirst(count);
        framesTaken += count;
        transmitted += count;
        while (held.size() > holdPackets) {
            held.poll().release();
        }
        return count;
    }

    /** Gives back what was held. */
    void releaseHeld() {
        while (!held.isEmpty()) {
            held.poll().release();
        }
    }

    @Override
    public void service(long nowNanos) {
        transmitted = 0;
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        return incoming.isEmpty();
    }

    @Override
    public void wakeUp() {}

    @Override
    public long dropped(DeviceDrop reason) {
        return 0;
    }

    @Override
    public void close() {
        releaseHeld();
    }
}
