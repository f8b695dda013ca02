package dev.ringroad.net.driver.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.UnixStream;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.virtio.PackedRing;
import dev.ringroad.net.virtio.RingDescriptor;
import dev.ringroad.net.virtio.SplitRing;
import dev.ringroad.net.virtio.VhostUserChannel;
import dev.ringroad.net.virtio.VhostUserFeature;
import dev.ringroad.net.virtio.VhostUserMessage;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryRegion;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryTable;
import dev.ringroad.net.virtio.VhostUserPayload.VringAddress;
import dev.ringroad.net.virtio.VhostUserPayload.VringState;
import dev.ringroad.net.virtio.VhostUserRequest;
import dev.ringroad.net.virtio.VirtioFeature;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A front end made by hand, which says and writes what a test wants. The device under test is
 * serviced whenever an answer is waited for.
 */
final class RawFrontEnd implements AutoCloseable {

    static final int SIZE = 8;
    static final long GUEST = 0x1_0000_0000L;
    static final long USER = 0x7F00_0000_0000L;
    static final long BYTES = 128 << 10;

    /** Of the ring that we receive on, and of the one that we transmit on. */
    static final int TO_US = 0;

    static final int FROM_US = 1;

    private static final long RING_BYTES = 4096;
    private static final long DRIVER_AT = 1024;
    private static final long DEVICE_AT = 2048;
    private static final long BUFFERS_AT = 32768;
    static final int BUFFER_BYTES = 2048;
    static final int HEADER_BYTES = 12;

    /** What DPDK's driver agrees on. */
    static final long USUAL =
            VirtioFeature.union(
                    VirtioFeature.VERSION_1,
                    VirtioFeature.NET_MRG_RXBUF,
                    VirtioFeature.INDIRECT_DESC,
                    VirtioFeature.PROTOCOL_FEATURES);

    private static long clockNanos = System.nanoTime();

    final VhostDevice device;
    final VhostUserChannel channel;
    final SharedRegion region;
    final MemorySegment memory;
    final EventFd[] kicks = new EventFd[2];
    final EventFd[] calls = new EventFd[2];
    private long features;

    RawFrontEnd(VhostDevice device, String path) throws IOException {
        this.device = device;
        channel = new VhostUserChannel(UnixStream.connect(path, false));
        region = SharedRegion.allocate("raw", BYTES, Placement.ordinary());
        memory = region.segment();
        for (int i = 0; i < 2; i++) {
            kicks[i] = EventFd.createShared();
            calls[i] = EventFd.createShared();
        }
    }

    /** Time goes by whenever somebody waits, faster than outside, so that no test sleeps. */
    static void service(VhostDevice device) {
        clockNanos += 5_000_000;
        device.service(clockNanos);
    }

    void service() {
        service(device);
    }

    void tell(VhostUserRequest request, long number, int... descriptors) throws IOException {
        channel.send(VhostUserMessage.ask(request, number), descriptors);
        service();
    }

    void tellRing(VhostUserRequest request, int ring, int value) throws IOException {
        channel.send(VhostUserMessage.ask(request, new VringState(ring, value)));
        service();
    }

    VhostUserMessage answer() throws IOException {
        service();
        return Objects.requireNonNull(channel.receive(), device.status());
    }

    /** Everything up to two working rings. */
    RawFrontEnd start(long wanted) throws IOException {
        agree(wanted);
        tellMemory(new MemoryRegion(GUEST, BYTES, USER, 0));
        for (int ring = 0; ring < 2; ring++) {
            startRing(ring);
        }
        assertThat(device.linkUp()).as(device.status()).isTrue();
        return this;
    }

    void agree(long wanted) throws IOException {
        features = wanted;
        channel.send(VhostUserMessage.ask(VhostUserRequest.SET_OWNER));
        tell(
                VhostUserRequest.SET_PROTOCOL_FEATURES,
                VhostUserFeature.union(VhostUserFeature.REPLY_ACK, VhostUserFeature.STATUS));
        tell(VhostUserRequest.SET_FEATURES, wanted);
    }

    void tellMemory(MemoryRegion... regions) throws IOException {
        int[] files = new int[regions.length];
        Arrays.fill(files, region.descriptor().number());
        tellMemory(List.of(regions), files);
    }

    void tellMemory(List<MemoryRegion> regions, int... files) throws IOException {
        channel.send(
                VhostUserMessage.ask(VhostUserRequest.SET_MEM_TABLE, new MemoryTable(regions)),
                files);
        service();
    }

    void startRing(int ring) throws IOException {
        startRing(ring, address(ring));
    }

    void startRing(int ring, VringAddress address) throws IOException {
        startRing(ring, address, SIZE);
    }

    void startRing(int ring, VringAddress address, int size) throws IOException {
        tell(VhostUserRequest.SET_VRING_CALL, ring, calls[ring].descriptor().number());
        tellRing(VhostUserRequest.SET_VRING_NUM, ring, size);
        tellRing(VhostUserRequest.SET_VRING_BASE, ring, packed() ? PackedRing.EVENT_WRAP : 0);
        channel.send(VhostUserMessage.ask(VhostUserRequest.SET_VRING_ADDR, address));
        tell(VhostUserRequest.SET_VRING_KICK, ring, kicks[ring].descriptor().number());
        tellRing(VhostUserRequest.SET_VRING_ENABLE, ring, 1);
    }

    static VringAddress address(int ring) {
        long base = USER + base(ring);
        return new VringAddress(ring, 0, base, base + DEVICE_AT, base + DRIVER_AT, 0);
    }

    boolean packed() {
        return VirtioFeature.RING_PACKED.in(features);
    }

    static long base(int ring) {
        return ring * RING_BYTES;
    }

    static long driverPart(int ring) {
        return base(ring) + DRIVER_AT;
    }

    static long devicePart(int ring) {
        return base(ring) + DEVICE_AT;
    }

    static long buffer(int i) {
        return BUFFERS_AT + (long) i * BUFFER_BYTES;
    }

    /** Writes a descriptor of a split ring. */
    void split(int ring, int index, long address, long length, int flags, int next) {
        splitAt(RingDescriptor.at(base(ring), index), address, length, flags, next);
    }

    void splitAt(long at, long address, long length, int flags, int next) {
        RingDescriptor.address(memory, at, address);
        RingDescriptor.second(memory, at, RingDescriptor.split(length, flags, next));
    }

    /** Makes a split ring's buffers available, from the slot on that the index is at. */
    void publish(int ring, int... heads) {
        int index = SplitRing.indexAcquire(memory, driverPart(ring));
        for (int head : heads) {
            SplitRing.available(memory, driverPart(ring), index & (SIZE - 1), head);
            index++;
        }
        SplitRing.indexRelease(memory, driverPart(ring), index & SplitRing.INDEX_MASK);
    }

    /** Writes a descriptor of a packed ring, available in a round. */
    void packed(int ring, int index, long address, long length, int flags, boolean wrap) {
        long at = RingDescriptor.at(base(ring), index);
        RingDescriptor.address(memory, at, address);
        int all = flags | PackedRing.availableFlags(wrap);
        RingDescriptor.secondRelease(memory, at, RingDescriptor.packed(length, index, all));
    }

    int used(int ring) {
        return SplitRing.indexAcquire(memory, devicePart(ring));
    }

    /** Writes a frame of a buffer, behind its header; its address for the device. */
    long frame(int buffer, int bytes) {
        for (int i = 0; i < bytes; i++) {
            memory.set(
                    ValueLayout.JAVA_BYTE, buffer(buffer) + HEADER_BYTES + i, (byte) (buffer + i));
        }
        return GUEST + buffer(buffer);
    }

    /** Sends a good frame on a split ring. */
    void sendSplit(int slot) {
        split(FROM_US, slot, frame(slot, 64), HEADER_BYTES + 64, 0, 0);
        publish(FROM_US, slot);
    }

    /** Receives one burst and checks that it has one good frame of a buffer. */
    void expectFrame(int buffer, int bytes) {
        Burst burst = new Burst(4);
        assertThat(device.rxQueue(0).receive(burst)).as(device.status()).isEqualTo(1);
        Packet packet = burst.get(0);
        assertThat(packet.length()).isEqualTo(bytes);
        for (int i = 0; i < bytes; i++) {
            byte got = packet.segment().get(ValueLayout.JAVA_BYTE, packet.offset() + i);
            assertThat(got).as("byte %d", i).isEqualTo((byte) (buffer + i));
        }
        burst.releaseAll();
    }

    /** Calls the device's receive queue, which must give nothing. */
    void expectNothing() {
        Burst burst = new Burst(4);
        int received = device.rxQueue(0).receive(burst);
        burst.releaseAll();
        assertThat(received).isZero();
    }

    /** Offers frames to the device; how many it takes. What it leaves is released. */
    int offer(int... lengths) {
        Burst burst = new Burst(lengths.length);
        for (int bytes : lengths) {
            Packet packet = Objects.requireNonNull(device.pool().acquire());
            packet.append(bytes);
            for (int i = 0; i < bytes; i++) {
                packet.segment().set(ValueLayout.JAVA_BYTE, packet.offset() + i, (byte) i);
            }
            burst.add(packet);
        }
        int taken = device.txQueue(0).transmit(burst);
        burst.releaseAll();
        return taken;
    }

    @Override
    public void close() {
        channel.close();
        region.close();
        for (int i = 0; i < 2; i++) {
            kicks[i].close();
            calls[i].close();
        }
    }
}
