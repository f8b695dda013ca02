package dev.ringroad.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

import org.junit.jupiter.api.Test;

final class BenchRowTest {
    @Test
    void aShorterTimeOfOursIsARatioAboveOne() {
        BenchRow row = BenchRow.of("round trip", "us", 2, 10, "kernel", Better.LOWER);

        assertThat(row.ratio()).isEqualTo(5);
    }

    @Test
    void aHigherRateOfOursIsARatioAboveOne() {
        BenchRow row = BenchRow.of("stream", "Gbit/s", 30, 10, "kernel", Better.HIGHER);

        assertThat(row.ratio()).isEqualTo(3);
    }

    @Property
    void theRatioIsAboveOneExactlyWhenOursIsBetter(
            @ForAll @DoubleRange(min = 0.01, max = 1e9) double ours,
            @ForAll @DoubleRange(min = 0.01, max = 1e9) double peer) {
        BenchRow lower = BenchRow.of("time", "us", ours, peer, "kernel", Better.LOWER);
        BenchRow higher = BenchRow.of("rate", "1/s", ours, peer, "kernel", Better.HIGHER);

        assertThat(lower.ratio() > 1).isEqualTo(peer > ours);
        assertThat(higher.ratio() > 1).isEqualTo(ours > peer);
    }

    @Test
    void zeroCountsAsOneUnitSoThatTheRatioStaysANumber() {
        assertThat(BenchRow.of("allocated", "B", 0, 4096, "kernel", Better.LOWER).ratio())
                .isEqualTo(4096);
        assertThat(BenchRow.of("allocated", "B", 0, 0, "kernel", Better.LOWER).ratio())
                .isEqualTo(1);
    }

    @Test
    void figuresThatNoMeasurementYieldsAreRefused() {
        assertThatThrownBy(() -> BenchRow.of("time", "us", Double.NaN, 1, "kernel", Better.LOWER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("time");
        assertThatThrownBy(() -> BenchRow.of("time", "us", -1, 1, "kernel", Better.LOWER))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
