package dev.ringroad.cli.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReportTest {

    @Test
    void ratesHaveThreeDigitsAndAPrefix() {
        assertThat(Report.scaled(0)).isEqualTo("0 ");
        assertThat(Report.scaled(7)).isEqualTo("7.00 ");
        assertThat(Report.scaled(999)).isEqualTo("999 ");
        assertThat(Report.scaled(999.7)).isEqualTo("1.00 k");
        assertThat(Report.scaled(26_512_000)).isEqualTo("26.5 M");
        assertThat(Report.scaled(1.25e10)).isEqualTo("12.5 G");
    }
}
