package dev.ringroad.cli.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimeStampRateTest {

    private static final String NAME = "model name\t: Some CPU @ 2.50GHz\n";
    private static final String MHZ = "cpu MHz\t\t: 2596.142\n";

    @Test
    void isThePresentFrequencyWhereNobodyMeasuresThat() {
        assertThat(TimeStampRate.cyclesANano(NAME + MHZ + "flags\t: fpu constant_tsc\n"))
                .isEqualTo(2.596142);
    }

    @Test
    void isTheNominalFrequencyWhereThePresentOneIsMeasured() {
        String flags = "flags\t: fpu constant_tsc aperfmperf\n";
        assertThat(TimeStampRate.cyclesANano(NAME + MHZ + flags)).isEqualTo(2.5);
        assertThat(TimeStampRate.cyclesANano(MHZ + flags)).isZero();
    }

    @Test
    void isUnknownWithoutAConstantCounter() {
        assertThat(TimeStampRate.cyclesANano(NAME + MHZ + "flags\t: fpu\n")).isZero();
        assertThat(TimeStampRate.cyclesANano("")).isZero();
    }
}
