package dev.ringroad.net.driver.afpacket;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.driver.afpacket.AfPacketOptions.Ring;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/** Rings whose contents no kernel would write: a counted drop, never an exception or a stall. */
class HostileRingTest {

    private static final int FRAME_AT = 80;
    private static final int FIRST_IN_BLOCK = 48;

    private final CounterFile file = CounterFile.inMemory(32);
    private final DropCounters drops = new DropCounters(file, "hostile");
    private final PacketPool pool = PacketPool.create("hostile", 64, 2048, Placement.ordinary());
    private final Arena arena = Arena.ofConfined();
    private final Burst burst = new Burst(8);

    @AfterEach
    void free() {
        burst.releaseAll();
        pool.close();
        file.close();
        arena.close();
    }

    private MemorySegment memory(RingGeometry geometry) {
        return arena.allocate(geometry.receiveBytes(), 4096);
    }

    private AfPacketRxQueue queue(MemorySegment ring, RingGeometry geometry) {
        FrameIntake intake = new FrameIntake(FrameHeader.of(geometry.receive()), drops);
        return geometry.receive() == Ring.BLOCKS
                ? new BlockRxQueue(ring, geometry, intake, pool, drops)
                : new SlotRxQueue(ring, geometry, intake, pool, drops);
    }

    private static void header(
            MemorySegment s, long at, Ring ring, int status, int mac, int captured, int length) {
        FrameHeader h = FrameHeader.of(ring);
        s.set(JAVA_INT_UNALIGNED, at + h.status(), status);
        s.set(JAVA_INT_UNALIGNED, at + h.captured(), captured);
        s.set(JAVA_INT_UNALIGNED, at + h.length(), length);
        s.set(JAVA_SHORT_UNALIGNED, at + h.mac(), (short) mac);
    }

    private static void block(MemorySegment s, int frames, int first) {
        s.set(JAVA_INT_UNALIGNED, 12, frames);
        s.set(JAVA_INT_UNALIGNED, 16, first);
        s.set(JAVA_INT_UNALIGNED, 8, FrameHeader.USER);
    }

    private void receiveDropped(Ring kind, int mac, int captured, int length, DeviceDrop reason) {
        RingGeometry geometry = RingGeometry.of(kind, 1526);
        MemorySegment ring = memory(geometry);
        long at = kind == Ring.BLOCKS ? FIRST_IN_BLOCK : 0;
        header(ring, at, kind, FrameHeader.USER, mac, captured, length);
        if (kind == Ring.BLOCKS) {
            block(ring, 1, FIRST_IN_BLOCK);
        }
        AfPacketRxQueue queue = queue(ring, geometry);
        long before = drops.value(reason);
        assertThat(queue.receive(burst)).isZero();
        assertThat(drops.value(reason) - before).isOne();
        assertThat(queue.isReadable()).as("the slot is the kernel's again").isFalse();
        assertThat(pool.available()).isEqualTo(pool.packets());
    }

    @ParameterizedTest
    @EnumSource(Ring.class)
    void dropsAFrameThatCannotBeWhatItSays(Ring kind) {
        DeviceDrop broken = DeviceDrop.RECEIVED_BROKEN;
        receiveDropped(kind, 0, 100, 100, broken);
        receiveDropped(kind, FRAME_AT, 13, 13, broken);
        receiveDropped(kind, FRAME_AT, -1, -1, broken);
        receiveDropped(kind, FRAME_AT, Integer.MAX_VALUE, Integer.MAX_VALUE, broken);
        receiveDropped(kind, 0xFFFF, 100, 100, broken);
        receiveDropped(kind, FRAME_AT, 100, 101, DeviceDrop.RECEIVED_TOO_LONG);
        receiveDropped(kind, FRAME_AT, 1960, 1960, DeviceDrop.RECEIVED_TOO_LONG);
    }

    @ParameterizedTest
    @EnumSource(Ring.class)
    void dropsAFrameWhoseChecksumLiesOutside(Ring kind) {
        RingGeometry geometry = RingGeometry.of(kind, 1526);
        MemorySegment ring = memory(geometry);
        long at = kind == Ring.BLOCKS ? FIRST_IN_BLOCK : 0;
        header(ring, at, kind, FrameHeader.USER, FRAME_AT, 100, 100);
        long vnet = at + FRAME_AT - 10;
        ring.set(JAVA_BYTE, vnet, (byte) 1);
        ring.set(JAVA_SHORT_UNALIGNED, vnet + 6, (short) 90);
        ring.set(JAVA_SHORT_UNALIGNED, vnet + 8, (short) 16);
        if (kind == Ring.BLOCKS) {
            block(ring, 1, FIRST_IN_BLOCK);
        }
        assertThat(queue(ring, geometry).receive(burst)).isZero();
        assertThat(drops.value(DeviceDrop.RECEIVED_BROKEN)).isOne();
    }

    @ParameterizedTest
    @EnumSource(Ring.class)
    void makesAnUndoneChecksumThePacketsRequest(Ring kind) {
        RingGeometry geometry = RingGeometry.of(kind, 1526);
        MemorySegment ring = memory(geometry);
        long at = kind == Ring.BLOCKS ? FIRST_IN_BLOCK : 0;
        int status = FrameHeader.USER | FrameHeader.TAG_VALID;
        header(ring, at, kind, status, FRAME_AT, 100, 100);
        long vnet = at + FRAME_AT - 10;
        ring.set(JAVA_BYTE, vnet, (byte) 1);
        ring.set(JAVA_SHORT_UNALIGNED, vnet + 6, (short) 34);
        ring.set(JAVA_SHORT_UNALIGNED, vnet + 8, (short) 16);
        if (kind == Ring.BLOCKS) {
            block(ring, 1, FIRST_IN_BLOCK);
        }
        assertThat(queue(ring, geometry).receive(burst)).isOne();
        Packet packet = burst.get(0);
        assertThat(packet.has(Packet.CHECKSUM_REQUESTED | Packet.CHECKSUM_VERIFIED)).isTrue();
        assertThat(packet.checksumStart()).as("behind the tag").isEqualTo(38);
        assertThat(packet.checksumOffset()).isEqualTo(16);
    }

    @Test
    void leavesABlockWhoseFramesLeadOutOfIt() {
        RingGeometry geometry = RingGeometry.of(Ring.BLOCKS, 1526);
        MemorySegment ring = memory(geometry);
        AfPacketRxQueue queue = queue(ring, geometry);
        header(ring, FIRST_IN_BLOCK, Ring.BLOCKS, FrameHeader.USER, FRAME_AT, 100, 100);
        ring.set(JAVA_INT_UNALIGNED, FIRST_IN_BLOCK, -8);
        block(ring, 3, FIRST_IN_BLOCK);
        assertThat(queue.receive(burst)).isOne();
        assertThat(drops.value(DeviceDrop.RECEIVED_BROKEN)).isEqualTo(2);
        assertThat(ring.get(JAVA_INT_UNALIGNED, 8)).isEqualTo(FrameHeader.AVAILABLE);
    }

    @ParameterizedTest
    @EnumSource(Ring.class)
    void survivesRandomBytes(Ring kind) {
        RingGeometry geometry = RingGeometry.of(kind, 1526);
        MemorySegment ring = memory(geometry);
        AfPacketRxQueue queue = queue(ring, geometry);
        Random random = new Random(42);
        byte[] junk = new byte[64];
        int step = kind == Ring.BLOCKS ? geometry.receiveBlockBytes() : geometry.slotBytes();
        for (int round = 0; round < 20; round++) {
            for (long at = 0; at < ring.byteSize(); at += step) {
                random.nextBytes(junk);
                MemorySegment.copy(junk, 0, ring, JAVA_BYTE, at, junk.length);
                if (kind == Ring.BLOCKS) {
                    ring.set(JAVA_INT_UNALIGNED, at + 16, random.nextInt(64));
                }
            }
            for (int i = 0; i < 2000; i++) {
                queue.receive(burst);
                burst.releaseAll();
            }
        }
        assertThat(pool.available()).isEqualTo(pool.packets());
    }
}
