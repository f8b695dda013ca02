package dev.ringroad.stack.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.worker.TimingWheel;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.stack.config.IpLimits;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;
import dev.ringroad.stack.lab.Frames;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;

class ReassemblyTest {
    private static final int SOURCE = 0x0a000002;
    private static final int DESTINATION = 0x0a000001;
    private static final long TIMEOUT_NANOS = IpLimits.standard().reassemblyTimeoutNanos();

    /** A piece of a datagram. */
    private record Piece(int offset, byte[] bytes, boolean more) {}

    /** The machine under test with its surroundings, closed without a leak. */
    private static final class Bench implements AutoCloseable {
        final PacketPool small = PacketPool.create("small", 4, 8192, Placement.ordinary());
        final PacketPool big = PacketPool.create("big", 40, 65536 + 128, Placement.ordinary());
        final CounterFile file = CounterFile.inMemory(256);
        final StackCounters counters = new StackCounters(file);
        final TimingWheel timers = new TimingWheel(1 << 16, 0);
        final Reassembly reassembly = new Reassembly(IpLimits.standard(), big, timers, counters);

        Bench() {
            small.recordStacks(false);
            big.recordStacks(false);
        }

        byte @Nullable [] add(int source, int identification, Piece piece) {
            byte[] datagram =
                    Frames.ipv4(
                            source,
                            DESTINATION,
                            Protocols.UDP,
                            identification,
                            piece.offset() >> 3 | (piece.more() ? 0x2000 : 0),
                            piece.bytes());
            Packet fragment = Objects.requireNonNull(small.acquire());
            fragment.append(datagram.length);
            fragment.copyIn(0, datagram, 0, datagram.length);
            fragment.trimFront(20);
            IpDatagram view = new IpDatagram();
            view.setV4(source, DESTINATION, Protocols.UDP, 64, 0, 20);
            Packet whole =
                    reassembly.add(fragment, view, identification, piece.offset(), piece.more(), 0);
            if (whole == null) {
                return null;
            }
            byte[] content = new byte[whole.length()];
            whole.copyOut(0, content, 0, content.length);
            whole.release();
            return content;
        }

        @Override
        public void close() {
            reassembly.close();
            small.close();
            big.close();
            file.close();
        }
    }

    private static byte[] content(int bytes, Random random) {
        byte[] content = new byte[bytes];
        random.nextBytes(content);
        return content;
    }

    private static List<Piece> cut(byte[] content, Random random) {
        List<Piece> pieces = new ArrayList<>();
        int at = 0;
        while (at < content.length) {
            int bytes = Math.min(content.length - at, 24 + 8 * random.nextInt(180));
            boolean more = at + bytes < content.length;
            pieces.add(new Piece(at, Arrays.copyOfRange(content, at, at + bytes), more));
            at += bytes;
        }
        return pieces;
    }

    @Property(tries = 300)
    void anyOrderAndAnyDuplicatesGiveTheDatagramOnce(
            @ForAll @IntRange(min = 25, max = 65515) int bytes, @ForAll long seed) {
        Random random = new Random(seed);
        byte[] content = content(bytes, random);
        List<Piece> pieces = cut(content, random);
        List<Piece> arrivals = new ArrayList<>(pieces);
        // One piece comes once only: with all of them twice the datagram has really come twice.
        for (Piece piece : pieces.subList(1, pieces.size())) {
            if (random.nextInt(4) == 0) {
                arrivals.add(piece);
            }
        }
        Collections.shuffle(arrivals, random);
        try (Bench bench = new Bench()) {
            int whole = 0;
            for (Piece piece : arrivals) {
                byte[] got = bench.add(SOURCE, 9, piece);
                if (got != null) {
                    assertThat(got).isEqualTo(content);
                    whole++;
                }
            }
            boolean tooManyPieces = bench.counters.value(DropReason.FRAGMENT_PIECES) > 0;
            assertThat(whole).isEqualTo(tooManyPieces ? 0 : 1);
        }
    }

    @Property(tries = 100)
    void withAPieceMissingNothingComesAndNothingStays(
            @ForAll @IntRange(min = 4000, max = 30000) int bytes, @ForAll long seed) {
        Random random = new Random(seed);
        List<Piece> pieces = new ArrayList<>(cut(content(bytes, random), random));
        if (pieces.size() > 1) {
            pieces.remove(random.nextInt(pieces.size()));
        } else {
            pieces.clear();
        }
        Collections.shuffle(pieces, random);
        try (Bench bench = new Bench()) {
            for (Piece piece : pieces) {
                assertThat(bench.add(SOURCE, 9, piece)).isNull();
            }
            bench.timers.expire(TIMEOUT_NANOS + (1 << 17));
            assertThat(bench.reassembly.size()).isZero();
            assertThat(bench.big.available()).isEqualTo(bench.big.packets());
        }
    }

    @Property(tries = 200)
    void anOverlapCondemnsTheDatagram(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] content = content(4096, random);
        int start = 8 * (1 + random.nextInt(100));
        int reach = start + 8 * (1 + random.nextInt(100));
        int into = start + 8 * (1 + random.nextInt((reach - start) / 8));
        int end = reach + 8 * (1 + random.nextInt(50));
        try (Bench bench = new Bench()) {
            bench.add(SOURCE, 9, new Piece(0, Arrays.copyOf(content, reach), true));
            int overlapAt = into == reach ? into - 8 : into;
            bench.add(
                    SOURCE,
                    9,
                    new Piece(overlapAt, Arrays.copyOfRange(content, overlapAt, end), true));
            assertThat(bench.counters.value(DropReason.FRAGMENT_OVERLAP)).isEqualTo(1);
            // Neither the rest nor a new beginning brings it back to life.
            assertThat(
                            bench.add(
                                    SOURCE,
                                    9,
                                    new Piece(end, Arrays.copyOfRange(content, end, 4096), false)))
                    .isNull();
            assertThat(bench.add(SOURCE, 9, new Piece(0, Arrays.copyOf(content, reach), true)))
                    .isNull();
        }
    }

    @Test
    void malformedPiecesAreNamed() {
        try (Bench bench = new Bench()) {
            bench.add(SOURCE, 1, new Piece(0, new byte[0], true));
            bench.add(SOURCE, 1, new Piece(0, new byte[13], true));
            bench.add(SOURCE, 1, new Piece(65528, new byte[64], false));
            assertThat(bench.counters.value(DropReason.FRAGMENT_MALFORMED)).isEqualTo(3);
            bench.add(SOURCE, 1, new Piece(64, new byte[64], false));
            bench.add(SOURCE, 1, new Piece(256, new byte[64], true));
            assertThat(bench.counters.value(DropReason.FRAGMENT_CONFLICT)).isEqualTo(1);
            assertThat(bench.small.available()).isEqualTo(bench.small.packets());
        }
    }

    @Test
    void oneSourceCannotTakeAllPlaces() {
        try (Bench bench = new Bench()) {
            IpLimits limits = IpLimits.standard();
            for (int i = 0; i < limits.reassemblyPerSource() + 5; i++) {
                bench.add(SOURCE, i, new Piece(0, new byte[64], true));
            }
            assertThat(bench.reassembly.size()).isEqualTo(limits.reassemblyPerSource());
            assertThat(bench.counters.value(DropReason.FRAGMENT_SOURCE_LIMIT)).isEqualTo(5);
            for (int i = 0; i < limits.reassemblyDatagrams() + 5; i++) {
                bench.add(SOURCE + 1 + i, 1, new Piece(0, new byte[64], true));
            }
            assertThat(bench.reassembly.size()).isEqualTo(limits.reassemblyDatagrams());
            assertThat(bench.counters.value(DropReason.FRAGMENT_EVICTED)).isPositive();
        }
    }
}
