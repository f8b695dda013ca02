package dev.ringroad.core.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.Leaks;
import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.memory.PageSize;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Rings in memory that somebody else may write: another process, a torn one, a hostile one. */
@ExtendWith(Leaks.class)
class SharedLongRingTest {
    private static final long BYTES = 16 * PageSize.ORDINARY.bytes();

    @TempDir Path folder;

    private SharedRegion ours;
    private SharedRegion theirs;

    @BeforeEach
    void map() throws IOException {
        ours = SharedRegion.allocate("ring", BYTES, Placement.ordinary());
        theirs = SharedRegion.mapSealed(reopened(ours), BYTES, BYTES);
    }

    @AfterEach
    void unmap() {
        theirs.close();
        ours.close();
    }

    private static Descriptor reopened(SharedRegion region) throws IOException {
        String path = "/proc/self/fd/" + region.descriptor().number();
        return Descriptor.open(path, Descriptor.READ_WRITE, 0, "");
    }

    @Test
    void isOpenedWithTheShapeThatItWasMadeWith() throws Exception {
        RingShape shape =
                RingShape.of(11, SyncMode.RELAXED_TAIL_SYNC, SyncMode.SINGLE).withWatermark(7);
        LongRing made = LongRing.create(ours.segment().asSlice(64), shape);
        LongRing opened = LongRing.open(theirs, 64);
        assertThat(opened.shape()).isEqualTo(shape);
        assertThat(made.offerBulk(new long[] {1, 2, 3}, 0, 3)).isTrue();
        assertThat(opened.count()).isEqualTo(3);
        assertThat(opened.poll(-1)).isEqualTo(1);
        assertThat(made.count()).isEqualTo(2);
    }

    @Test
    void isOpenedWhereAnotherHasStopped() throws Exception {
        LongRing made = LongRing.create(ours.segment(), RingShape.single(4), 1000);
        made.offerBulk(new long[] {1, 2, 3, 4}, 0, 4);
        made.poll(-1);
        LongRing opened = LongRing.open(theirs, 0);
        assertThat(opened.offer(5)).isTrue();
        assertThat(opened.offer(6)).isFalse();
        assertThat(opened.poll(-1)).isEqualTo(2);
    }

    /** Positions count on in 64 bits from what was found, of which a peer may write any. */
    @ParameterizedTest
    @ValueSource(longs = {-1L << 32, 1L << 32, 1L << 63, Long.MAX_VALUE >>> 32 << 32})
    void countsOnFromTheLowHalfOfTheTailThatItFinds(long high) throws Exception {
        long[] bulk = new long[32];
        LongRing.create(ours.segment(), RingShape.single(8));
        ours.segment().set(ValueLayout.JAVA_LONG, RingMemory.PRODUCERS_TAIL_AT, high);
        ours.segment().set(ValueLayout.JAVA_LONG, RingMemory.CONSUMERS_TAIL_AT, high);
        LongRing ring = LongRing.open(theirs, 0);
        assertThat(ring.pollBurst(bulk, 0, 32)).isZero();
        assertThat(ring.offerBurst(bulk, 0, 32)).isEqualTo(8);
        assertThat(ring.offerBurst(bulk, 0, 32)).isZero();
        assertThat(ring.pollBurst(bulk, 0, 32)).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, no ring's mark",
        "8, 2, layout 2",
        "12, 0, elements, not 0",
        "12, -1, elements, not -1",
        "12, 1073741824, would take",
        "16, 4, the number 4",
        "20, -1, the number -1",
        "24, 9, watermark",
        "256, -1, contradict",
        "256, 9, contradict",
        "512, 1, contradict"
    })
    void refusesAHeaderThatNoRingHas(long at, int value, String why) throws Exception {
        LongRing.create(ours.segment(), RingShape.multi(8));
        ours.segment().set(ValueLayout.JAVA_INT, at, value);
        assertThatThrownBy(() -> LongRing.open(theirs, 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource({
        "-8, outside",
        "65537, outside",
        "65536, header",
        "64896, would take",
        "4, multiple"
    })
    void refusesAPlaceWhereNoRingFits(long at, String why) throws Exception {
        long header = Math.clamp(at, 0, BYTES - RingMemory.ELEMENTS_AT) / 8 * 8;
        MemorySegment copy = ours.segment().asSlice(header);
        LongRing.create(ours.segment(), RingShape.multi(8));
        if (header > 0) {
            MemorySegment.copy(ours.segment(), 0, copy, 0, Math.min(64, copy.byteSize()));
        }
        assertThatThrownBy(() -> LongRing.open(theirs, at))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why);
    }

    @Test
    void refusesARegionThatCanShrink() throws Exception {
        Path path = folder.resolve("ring");
        try (SharedRegion file = SharedRegion.mapFile(path, BYTES, true, true)) {
            LongRing.create(file.segment(), RingShape.multi(8));
            assertThatThrownBy(() -> LongRing.open(file, 0))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("F_SEAL_SHRINK");
        }
    }

    /** Whatever the peer writes where its index was, nothing outside the ring is touched. */
    @ParameterizedTest
    @EnumSource(SyncMode.class)
    @Timeout(60)
    void refusesIndicesThatJump(SyncMode mode) throws Exception {
        RingShape shape = RingShape.of(8, mode, mode);
        long[] bulk = new long[32];
        for (int jump : new int[] {9, 1000, Integer.MAX_VALUE, Integer.MIN_VALUE, -9}) {
            LongRing.create(ours.segment(), shape);
            LongRing ring = LongRing.open(theirs, 0);
            ours.segment().set(ValueLayout.JAVA_INT, RingMemory.PRODUCERS_TAIL_AT, jump);
            assertThatThrownBy(() -> ring.pollBurst(bulk, 0, 32))
                    .isInstanceOf(RingCorruptedException.class)
                    .hasMessageContaining("contradict");
            assertThat(ring.count()).isBetween(0, 8);
            LongRing other = LongRing.create(ours.segment(), shape);
            ours.segment().set(ValueLayout.JAVA_INT, RingMemory.CONSUMERS_TAIL_AT, jump);
            // Nothing was taken, or else more than was ever offered.
            assertThatThrownBy(() -> other.offerBurst(bulk, 0, 32))
                    .isInstanceOf(RingCorruptedException.class)
                    .hasMessageContaining("contradict");
            assertThat(other.count()).isBetween(0, 8);
        }
    }

    /** The peer writes over our own words, too. A side of our own never waits for it. */
    @Test
    @Timeout(60)
    void staysInsideWhateverIsWrittenOverItsOwnWords() throws Exception {
        long[] words = {-1, 1, 7, 9, 1L << 31, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -9};
        long[] bulk = new long[32];
        int refused = 0;
        for (long own : words) {
            for (long other : words) {
                LongRing.create(ours.segment(), RingShape.single(8));
                LongRing ring = LongRing.open(theirs, 0);
                ours.segment().set(ValueLayout.JAVA_LONG, RingMemory.PRODUCERS_TAIL_AT, own);
                ours.segment().set(ValueLayout.JAVA_LONG, RingMemory.CONSUMERS_TAIL_AT, other);
                try {
                    assertThat(ring.offerBurst(bulk, 0, 32)).isBetween(0, 8);
                    assertThat(ring.pollBurst(bulk, 0, 32)).isBetween(0, 8);
                } catch (RingCorruptedException e) {
                    refused++;
                }
            }
        }
        assertThat(refused).isPositive();
    }

    /** Two rings between this process and another one, which sends back what it gets. */
    @ParameterizedTest
    @EnumSource(SyncMode.class)
    @Timeout(120)
    void connectsTwoProcesses(SyncMode mode) throws Exception {
        int total = 20_000;
        RingShape shape = RingShape.of(50, mode, mode);
        LongRing there = LongRing.create(ours.segment(), shape, RingContract.BEFORE_WRAP);
        LongRing back =
                LongRing.create(
                        ours.segment().asSlice(EchoProcess.BACK_AT),
                        shape,
                        RingContract.BEFORE_WRAP);
        Process child = EchoProcess.start(ours, total);
        try {
            echo(there, back, child, total);
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue()).isZero();
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    private static void echo(LongRing there, LongRing back, Process child, int total) {
        long[] bulk = new long[16];
        int sent = 0;
        int received = 0;
        while (received < total) {
            int count = Math.min(bulk.length, total - sent);
            for (int i = 0; i < count; i++) {
                bulk[i] = (long) sent + i;
            }
            sent += there.offerBurst(bulk, 0, count);
            int got = back.pollBurst(bulk, 0, bulk.length);
            for (int i = 0; i < got; i++) {
                assertThat(bulk[i]).isEqualTo(received++);
            }
            if (got == 0) {
                assertThat(child.isAlive() || back.count() > 0).as("the child lives").isTrue();
                Thread.yield();
            }
        }
    }
}
