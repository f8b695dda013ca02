package dev.ringroad.bench.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import org.junit.jupiter.api.Test;

final class FioTest {

    @Test
    void takesTheRateFromReadsAndTheirMilliseconds() throws Exception {
        String output =
                "fio: a warning\n{\"jobs\": [{\"read\": {\"total_ios\": 3000, \"runtime\": 1500}}]}";
        assertThat(Fio.rate(output)).isEqualTo(2000);
    }

    @Test
    void refusesWhatTellsNoReads() {
        for (String output :
                new String[] {
                    "",
                    "fio: no such file",
                    "{}",
                    "{\"jobs\": []}",
                    "{\"jobs\": [{\"read\": {\"total_ios\": 0, \"runtime\": 1500}}]}",
                    "{\"jobs\": [{\"read\": "
                }) {
            assertThatIOException().as(output).isThrownBy(() -> Fio.rate(output));
        }
    }
}
