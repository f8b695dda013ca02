package dev.ringroad.cli.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class QuantitiesTest {

    @Test
    void bytesHaveSuffixes() {
        assertThat(Quantities.bytes("--bs", "512")).isEqualTo(512);
        assertThat(Quantities.bytes("--bs", "4k")).isEqualTo(4096);
        assertThat(Quantities.bytes("--bs", "1M")).isEqualTo(1 << 20);
        assertThat(Quantities.bytes("--bs", "3g")).isEqualTo(3L << 30);
        assertThat(Quantities.bytes("--bs", "2t")).isEqualTo(2L << 40);
    }

    @Test
    void timesHaveSuffixes() {
        assertThat(Quantities.seconds("--runtime", "10")).isEqualTo(10);
        assertThat(Quantities.seconds("--runtime", "10s")).isEqualTo(10);
        assertThat(Quantities.seconds("--runtime", "5m")).isEqualTo(300);
        assertThat(Quantities.seconds("--runtime", "1h")).isEqualTo(3600);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "k",
                "0",
                "-1",
                "4kb",
                "4x",
                "1.5m",
                "99999999999t",
                "9223372036854775808"
            })
    void whatIsNoNumberIsRefused(String text) {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> Quantities.bytes("--bs", text))
                .withMessageContaining("--bs is a number of bytes")
                .satisfies(refusal -> assertThat(refusal.exitCode()).isEqualTo(2));
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> Quantities.seconds("--runtime", text))
                .withMessageContaining("--runtime is a time");
    }
}
