package dev.ringroad.core.counter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LatencyCountsTest {

    @Test
    void knowsShortTimesExactly() {
        LatencyCounts counts = new LatencyCounts();
        for (int nanos = 1; nanos <= 100; nanos++) {
            counts.record(nanos);
        }
        assertThat(counts.total()).isEqualTo(100);
        assertThat(counts.percentileNanos(50)).isEqualTo(50);
        assertThat(counts.percentileNanos(99)).isEqualTo(99);
        assertThat(counts.percentileNanos(100)).isEqualTo(100);
    }

    @Test
    void isNeverTooLowAndLittleTooHigh() {
        for (long nanos = 1; nanos < 1L << 39; nanos += nanos / 5 + 1) {
            LatencyCounts counts = new LatencyCounts();
            counts.record(nanos);
            assertThat(counts.percentileNanos(99.9)).isBetween(nanos, nanos + nanos / 64 + 1);
        }
    }

    @Test
    void keepsWhatIsOutOfRange() {
        LatencyCounts counts = new LatencyCounts();
        counts.record(0);
        counts.record(Long.MAX_VALUE);
        assertThat(counts.total()).isEqualTo(2);
        assertThat(counts.percentileNanos(50)).isZero();
        assertThat(counts.percentileNanos(100)).isGreaterThan(1L << 39);
    }

    @Test
    void isZeroWhenNothingWasCounted() {
        assertThat(new LatencyCounts().percentileNanos(50)).isZero();
    }

    @Test
    void takesAwayWhatWasThereBefore() {
        LatencyCounts counts = new LatencyCounts();
        counts.record(10);
        LatencyCounts before = new LatencyCounts();
        before.add(counts);
        counts.record(20);
        LatencyCounts lately = new LatencyCounts();
        lately.add(counts);
        lately.subtract(before);
        assertThat(lately.total()).isOne();
        assertThat(lately.percentileNanos(50)).isEqualTo(20);
    }
}
