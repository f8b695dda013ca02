package dev.ringroad.net.driver.vhost;

import static dev.ringroad.net.driver.vhost.RawFrontEnd.BUFFER_BYTES;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.BYTES;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.FROM_US;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.GUEST;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.HEADER_BYTES;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.SIZE;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.TO_US;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.USER;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.USUAL;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.buffer;
import static dev.ringroad.net.virtio.RingDescriptor.WRITE;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.PackedRing;
import dev.ringroad.net.virtio.RingDescriptor;
import dev.ringroad.net.virtio.SplitRing;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryRegion;
import dev.ringroad.net.virtio.VirtioFeature;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Several frames in one burst, of which not all are the usual ones that are handled together. */
class VhostRunTest {

    private static final int FRAME_BYTES = 64;
    private static final int MORE_THAN_THE_RING = 2 * SIZE;

    @TempDir Path folder;

    private CounterFile counters;
    private VhostDevice device;
    private RawFrontEnd peer;

    @BeforeEach
    void open() throws Exception {
        counters = CounterFile.inMemory(64);
        String path = folder.resolve("v").toString();
        device = VhostDevice.open("vhost", VhostConfig.server(path).withPackets(64), counters);
        peer = new RawFrontEnd(device, path);
    }

    @AfterEach
    void close() throws Exception {
        assertThat(device.pool().available()).as("packets").isEqualTo(device.pool().packets());
        peer.close();
        device.close();
        counters.close();
    }

    private static long features(boolean packed) {
        return packed ? USUAL | VirtioFeature.RING_PACKED.mask() : USUAL;
    }

    /** Makes the buffer of a slot available, in the ring's first round. */
    private void give(int ring, int slot, long address, long length, int flags) {
        if (peer.packed()) {
            peer.packed(ring, slot, address, length, flags, true);
        } else {
            peer.split(ring, slot, address, length, flags, 0);
            peer.publish(ring, slot);
        }
    }

    private void send(int slot) {
        give(FROM_US, slot, peer.frame(slot, FRAME_BYTES), HEADER_BYTES + FRAME_BYTES, 0);
    }

    /** The first bytes of the frames of a burst, which {@link RawFrontEnd#frame} has numbered. */
    private List<Integer> receive() {
        Burst burst = new Burst(MORE_THAN_THE_RING);
        device.rxQueue(0).receive(burst);
        List<Integer> first = new ArrayList<>();
        for (int i = 0; i < burst.size(); i++) {
            Packet packet = burst.get(i);
            assertThat(packet.length()).isEqualTo(FRAME_BYTES);
            int begin = packet.segment().get(ValueLayout.JAVA_BYTE, packet.offset());
            int last = packet.segment().get(ValueLayout.JAVA_BYTE, packet.offset() + 63);
            assertThat(last).isEqualTo(begin + 63);
            first.add(begin);
        }
        burst.releaseAll();
        return first;
    }

    private boolean isUsed(int ring, int slot) {
        if (!peer.packed()) {
            return peer.used(ring) > slot;
        }
        long second = RingDescriptor.second(peer.memory, RawFrontEnd.base(ring) + 16L * slot);
        return PackedRing.isUsed(RingDescriptor.packedFlags(second), true);
    }

    private long writtenBytes(int ring, int slot) {
        if (!peer.packed()) {
            long used = SplitRing.used(peer.memory, RawFrontEnd.devicePart(ring), slot);
            assertThat(SplitRing.usedId(used)).isEqualTo(slot);
            return SplitRing.usedLength(used);
        }
        long second = RingDescriptor.second(peer.memory, RawFrontEnd.base(ring) + 16L * slot);
        assertThat(RingDescriptor.packedId(second)).isEqualTo(slot);
        return RingDescriptor.length(second);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBadBufferAmongGoodOnesIsDroppedAlone(boolean packed) throws Exception {
        peer.start(features(packed));
        for (int slot = 0; slot < SIZE; slot++) {
            send(slot);
        }
        long bad = GUEST + BYTES - 70;
        long at = RingDescriptor.at(RawFrontEnd.base(FROM_US), 3);
        RingDescriptor.address(peer.memory, at, bad);
        assertThat(receive()).containsExactly(0, 1, 2, 4, 5, 6, 7);
        assertThat(device.dropped(VhostDrop.OUTSIDE_MEMORY)).isEqualTo(1);
        for (int slot = 0; slot < SIZE; slot++) {
            assertThat(isUsed(FROM_US, slot)).as("slot %d", slot).isTrue();
        }
        assertThat(receive()).isEmpty();
        assertThat(device.linkUp()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBadBufferEndsTheConnectionBehindTheGoodOnes(boolean packed) throws Exception {
        peer.start(features(packed));
        for (int slot = 0; slot < 3; slot++) {
            give(TO_US, slot, GUEST + buffer(slot), BUFFER_BYTES, slot < 2 ? WRITE : 0);
        }
        assertThat(peer.offer(70, 71, 72, 73)).isEqualTo(2);
        assertThat(device.dropped(VhostDrop.BAD_BUFFER)).isEqualTo(1);
        for (int slot = 0; slot < 2; slot++) {
            assertThat(isUsed(TO_US, slot)).isTrue();
            assertThat(writtenBytes(TO_US, slot)).isEqualTo(HEADER_BYTES + 70 + slot);
        }
        assertThat(isUsed(TO_US, 2)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void frameAfterFrameStandsBehindItsHeader(boolean packed) throws Exception {
        peer.start(features(packed));
        for (int slot = 0; slot < SIZE; slot++) {
            give(TO_US, slot, GUEST + buffer(slot), BUFFER_BYTES, WRITE);
            peer.memory.asSlice(buffer(slot), BUFFER_BYTES).fill((byte) -1);
        }
        // More than there is room for, and one that is too short in their midst.
        assertThat(peer.offer(60, 14, 13, 100, 64, 64, 64, 64, 300, 64, 64)).isEqualTo(9);
        int[] expected = {60, 14, 100, 64, 64, 64, 64, 300};
        for (int slot = 0; slot < SIZE; slot++) {
            int bytes = expected[slot];
            assertThat(writtenBytes(TO_US, slot)).isEqualTo(HEADER_BYTES + bytes);
            long at = buffer(slot);
            assertThat(peer.memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at)).isZero();
            assertThat(peer.memory.get(ValueLayout.JAVA_INT_UNALIGNED, at + 8)).isEqualTo(1 << 16);
            for (int i = 0; i < bytes; i++) {
                byte got = peer.memory.get(ValueLayout.JAVA_BYTE, at + HEADER_BYTES + i);
                assertThat(got).isEqualTo((byte) i);
            }
            byte behind = peer.memory.get(ValueLayout.JAVA_BYTE, at + HEADER_BYTES + bytes);
            assertThat(behind).isEqualTo((byte) -1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void buffersMayLieInOtherRegions(boolean packed) throws Exception {
        long half = buffer(4);
        long farGuest = GUEST + 10 * BYTES;
        peer.agree(features(packed));
        peer.tellMemory(
                new MemoryRegion(GUEST, half, USER, 0),
                new MemoryRegion(farGuest, BYTES - half, USER + half, half));
        peer.startRing(0);
        peer.startRing(1);
        for (int slot = 0; slot < SIZE; slot++) {
            long moved = slot < 4 ? 0 : farGuest - half - GUEST;
            long length = HEADER_BYTES + FRAME_BYTES;
            give(FROM_US, slot, peer.frame(slot, FRAME_BYTES) + moved, length, 0);
        }
        assertThat(receive()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void inOrderTheLastBufferSpeaksForAll(boolean packed) throws Exception {
        peer.start(features(packed) | VirtioFeature.IN_ORDER.mask());
        for (int slot = 0; slot < SIZE - 1; slot++) {
            send(slot);
        }
        // A bad one among them is dropped alone here, too.
        RingDescriptor.address(peer.memory, RawFrontEnd.base(FROM_US) + 16, 0);
        assertThat(receive()).containsExactly(0, 2, 3, 4, 5, 6);
        assertThat(usedId(0)).isEqualTo(SIZE - 2);
        if (packed) {
            assertThat(isUsed(FROM_US, 0)).isTrue();
            assertThat(isUsed(FROM_US, 1)).isFalse();
        } else {
            assertThat(peer.used(FROM_US)).isEqualTo(SIZE - 1);
            assertThat(usedId(1)).isZero();
        }
        send(SIZE - 1);
        assertThat(receive()).containsExactly(SIZE - 1);
        assertThat(isUsed(FROM_US, SIZE - 1)).isTrue();
        assertThat(usedId(SIZE - 1)).isEqualTo(SIZE - 1);
    }

    private int usedId(int slot) {
        if (peer.packed()) {
            long at = RingDescriptor.at(RawFrontEnd.base(FROM_US), slot);
            return RingDescriptor.packedId(RingDescriptor.second(peer.memory, at));
        }
        long used = SplitRing.used(peer.memory, RawFrontEnd.devicePart(FROM_US), slot);
        return (int) SplitRing.usedId(used);
    }

    @Test
    void framesOfOtherPoolsAndChainedOnesGoAlong() throws Exception {
        peer.start(USUAL);
        for (int slot = 0; slot < SIZE; slot++) {
            give(TO_US, slot, GUEST + buffer(slot), BUFFER_BYTES, WRITE);
        }
        try (PacketPool other = PacketPool.create("other", 8, 256, Placement.ordinary())) {
            Burst burst = new Burst(4);
            burst.add(packet(device.pool(), 1));
            Packet chained = packet(device.pool(), 2);
            chained.chain(packet(other, 3));
            burst.add(chained);
            burst.add(packet(other, 4));
            burst.add(packet(device.pool(), 5));
            assertThat(device.txQueue(0).transmit(burst)).isEqualTo(4);
            assertThat(burst.isEmpty()).isTrue();
            assertThat(other.available()).isEqualTo(8);
        }
        int[] first = {1, 2, 4, 5};
        for (int slot = 0; slot < 4; slot++) {
            long at = buffer(slot) + HEADER_BYTES;
            byte got = peer.memory.get(ValueLayout.JAVA_BYTE, at);
            assertThat(got).isEqualTo((byte) first[slot]);
        }
        assertThat(writtenBytes(TO_US, 1)).isEqualTo(HEADER_BYTES + 2 * FRAME_BYTES);
    }

    private static Packet packet(PacketPool pool, int first) {
        Packet packet = Objects.requireNonNull(pool.acquire());
        packet.append(FRAME_BYTES);
        packet.segment().set(ValueLayout.JAVA_BYTE, packet.offset(), (byte) first);
        return packet;
    }
}
