package dev.ringroad.net.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.memory.Placement;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Objects;

class PacketTest {

    private final PacketPool pool = PacketPool.create("packets", 4, 512, Placement.ordinary());
    private final Packet packet = Objects.requireNonNull(pool.acquire());

    @AfterEach
    void close() {
        while (packet.references() > 0) {
            packet.release();
        }
        pool.close();
    }

    @Test
    void beginsEmptyBehindTheDefaultHeadroom() {
        assertThat(packet.length()).isZero();
        assertThat(packet.headroom()).isEqualTo(PacketPool.DEFAULT_HEADROOM);
        assertThat(packet.tailroom()).isEqualTo(512 - PacketPool.DEFAULT_HEADROOM);
        assertThat(packet.capacity()).isEqualTo(512);
        assertThat(packet.references()).isEqualTo(1);
    }

    @Test
    void growsAndShrinksAtBothEnds() {
        packet.append(100);
        packet.prepend(20);
        assertThat(packet.length()).isEqualTo(120);
        assertThat(packet.headroom()).isEqualTo(PacketPool.DEFAULT_HEADROOM - 20);
        packet.trimFront(30);
        packet.trimTo(50);
        assertThat(packet.length()).isEqualTo(50);
        assertThat(packet.headroom()).isEqualTo(PacketPool.DEFAULT_HEADROOM + 10);
        assertThat(packet.headroom() + packet.length() + packet.tailroom()).isEqualTo(512);
        packet.reset();
        beginsEmptyBehindTheDefaultHeadroom();
    }

    @Test
    void refusesToLeaveItsBuffer() {
        packet.append(10);
        assertThatThrownBy(() -> packet.prepend(PacketPool.DEFAULT_HEADROOM + 1))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("headroom 128, length 10, tailroom 374");
        assertThatThrownBy(() -> packet.prepend(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> packet.append(375)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> packet.append(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> packet.trimFront(11))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> packet.trimTo(11)).isInstanceOf(IndexOutOfBoundsException.class);
        long start = packet.offset() - packet.headroom();
        assertThatThrownBy(() -> packet.window(start - 1, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> packet.window(start, 513))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> packet.window(start + 512, Integer.MAX_VALUE))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> packet.copyIn(0, new byte[11], 0, 11))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> packet.copyOut(-1, new byte[11], 0, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void restoresAView() {
        packet.append(64);
        long offset = packet.offset();
        packet.prepend(34);
        packet.window(offset, 64);
        assertThat(packet.offset()).isEqualTo(offset);
        assertThat(packet.length()).isEqualTo(64);
    }

    @Test
    void copiesFromAndToEveryKindOfMemory() {
        byte[] source = {1, 2, 3, 4, 5, 6, 7, 8};
        packet.append(8);
        packet.copyIn(0, source, 0, 4);
        ByteBuffer direct = ByteBuffer.allocateDirect(8).put(0, source);
        packet.copyIn(4, direct, 4, 4);
        assertThat(direct.position()).isZero();
        byte[] out = new byte[8];
        packet.copyOut(0, out, 0, 8);
        assertThat(out).isEqualTo(source);
        ByteBuffer heap = ByteBuffer.allocate(10);
        packet.copyOut(2, heap, 1, 6);
        assertThat(heap.array()).containsExactly(0, 3, 4, 5, 6, 7, 8, 0, 0, 0);
        assertThat(packet.buffer().get((int) packet.offset() + 7)).isEqualTo((byte) 8);
        assertThat(packet.buffer().position()).isZero();
    }

    @Test
    void keepsAChecksumRequestWhereItWasWhenHeadersAreAdded() {
        packet.append(100);
        packet.requestChecksum(0, 16);
        packet.prepend(34);
        assertThat(packet.has(Packet.CHECKSUM_REQUESTED)).isTrue();
        assertThat(packet.checksumStart()).isEqualTo(34);
        assertThat(packet.checksumOffset()).isEqualTo(16);
    }

    @Test
    void becomesACopyOfAnother() {
        packet.append(100);
        packet.copyIn(0, new byte[] {9, 8, 7}, 0, 3);
        packet.requestChecksum(20, 6);
        packet.requestSegmentation(Packet.SEGMENT_TCP4, 50);
        packet.prepend(14);
        Packet copy = Objects.requireNonNull(pool.acquire());
        copy.copyFrom(packet);
        assertThat(copy.length()).isEqualTo(114);
        assertThat(copy.headroom()).isEqualTo(PacketPool.DEFAULT_HEADROOM);
        assertThat(copy.checksumStart()).isEqualTo(34);
        assertThat(copy.checksumOffset()).isEqualTo(6);
        assertThat(copy.segmentation()).isEqualTo(Packet.SEGMENT_TCP4);
        assertThat(copy.segmentBytes()).isEqualTo(50);
        byte[] out = new byte[3];
        copy.copyOut(14, out, 0, 3);
        assertThat(out).containsExactly(9, 8, 7);
        copy.release();
    }

    @Test
    void isCleanWhenAcquiredAgain() {
        packet.append(10);
        packet.setFlags(Packet.CHECKSUM_VERIFIED | Packet.MARKED);
        packet.requestSegmentation(Packet.SEGMENT_TCP6, 7);
        packet.release();
        Packet again = Objects.requireNonNull(pool.acquire());
        assertThat(again).isSameAs(packet);
        assertThat(again.flags()).isZero();
        assertThat(again.segmentBytes()).isZero();
        assertThat(again.segmentation()).isEqualTo(Packet.SEGMENT_NONE);
        assertThat(again.length()).isZero();
    }
}
