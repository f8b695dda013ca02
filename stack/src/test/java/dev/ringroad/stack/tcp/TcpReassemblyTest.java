package dev.ringroad.stack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import java.util.Random;

/** Reassembly against a naive model: an array of bytes and which of them are known. */
class TcpReassemblyTest {
    private static final int PACKETS = 64;
    private static final int STREAM_BYTES = 3000;

    private static Packet packet(PacketPool pool, int from, int bytes) {
        Packet packet = pool.acquire();
        assertThat(packet).isNotNull();
        packet.append(bytes);
        byte[] data = TcpScript.stream(from, bytes);
        packet.copyIn(0, data, 0, bytes);
        return packet;
    }

    @Property(tries = 500)
    void behavesLikeAnArrayOfBytes(
            @ForAll int start, @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int pieces) {
        Random random = new Random(seed);
        try (PacketPool pool =
                PacketPool.create("reassembly", PACKETS, 1024, Placement.ordinary())) {
            TcpReassembly reassembly = new TcpReassembly(PACKETS - 8);
            TcpReceiveQueue queue = new TcpReceiveQueue();
            boolean[] known = new boolean[STREAM_BYTES];
            int next = 0;
            for (int i = 0; i < pieces && next < STREAM_BYTES; i++) {
                int from = next + random.nextInt(STREAM_BYTES - next);
                int bytes = Math.min(1 + random.nextInt(600), STREAM_BYTES - from);
                Packet packet = packet(pool, from, bytes);
                if (from == next && random.nextBoolean()) {
                    queue.add(packet);
                    next += bytes;
                    next = reassembly.drain(start + next, queue) - start;
                } else {
                    assertThat(reassembly.add(packet, start + from, 1 << 20)).isTrue();
                    next = reassembly.drain(start + next, queue) - start;
                }
                for (int at = from; at < from + bytes; at++) {
                    known[at] = true;
                }
                check(reassembly, start, known, next);
            }
            byte[] read = new byte[STREAM_BYTES];
            assertThat(queue.readableBytes()).isEqualTo(next);
            assertThat(queue.read(read, 0, STREAM_BYTES)).isEqualTo(next);
            assertThat(java.util.Arrays.copyOf(read, next)).isEqualTo(TcpScript.stream(0, next));
            reassembly.clear();
            assertThat(reassembly.bytes()).isZero();
            assertThat(pool.available()).isEqualTo(PACKETS);
        }
    }

    private static void check(TcpReassembly reassembly, int start, boolean[] known, int next) {
        int expectedNext = 0;
        while (expectedNext < known.length && known[expectedNext]) {
            expectedNext++;
        }
        assertThat(next).isEqualTo(expectedNext);
        int beyond = 0;
        for (int at = next; at < known.length; at++) {
            beyond += known[at] ? 1 : 0;
        }
        assertThat(reassembly.bytes()).isEqualTo(beyond);
        int last = next;
        for (int i = 0; i < reassembly.segments(); i++) {
            int from = reassembly.sequence(i) - start;
            assertThat(from).isGreaterThanOrEqualTo(last);
            last = from + reassembly.length(i);
            for (int at = from; at < last; at++) {
                assertThat(known[at]).isTrue();
            }
        }
    }

    @Test
    void isBoundedInBytesAndSegments() {
        try (PacketPool pool =
                PacketPool.create("reassembly", PACKETS, 1024, Placement.ordinary())) {
            TcpReassembly reassembly = new TcpReassembly(3);
            assertThat(reassembly.add(packet(pool, 100, 600), 100, 1000)).isTrue();
            assertThat(reassembly.add(packet(pool, 900, 600), 900, 1000)).isFalse();
            assertThat(reassembly.add(packet(pool, 900, 50), 900, 1000)).isTrue();
            assertThat(reassembly.add(packet(pool, 1100, 50), 1100, 1000)).isTrue();
            assertThat(reassembly.add(packet(pool, 1300, 50), 1300, 1000)).isFalse();
            assertThat(reassembly.segments()).isEqualTo(3);
            reassembly.clear();
            assertThat(pool.available()).isEqualTo(PACKETS);
        }
    }

    @Test
    void smallSegmentsShareAPacket() {
        try (PacketPool pool =
                PacketPool.create("reassembly", PACKETS, 1024, Placement.ordinary())) {
            TcpReassembly reassembly = new TcpReassembly(3);
            for (int i = 0; i < 100; i++) {
                assertThat(reassembly.add(packet(pool, 10 + i, 1), 10 + i, 1000)).isTrue();
            }
            assertThat(reassembly.segments()).isEqualTo(1);
            assertThat(reassembly.bytes()).isEqualTo(100);
            reassembly.clear();
        }
    }
}
