package dev.ringroad.workloads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

import java.net.InetSocketAddress;

/** The programs' words and lines. */
final class LinesTest {
    @Test
    void argumentsAreKeysAndValues() {
        Arguments arguments =
                Arguments.of(
                        new String[] {
                            "host=127.0.0.1", "port=7", "mode=spinning", "bytes=64,1024"
                        });

        assertThat(arguments.address()).isEqualTo(new InetSocketAddress("127.0.0.1", 7));
        assertThat(arguments.mode()).isEqualTo(Mode.SPINNING);
        assertThat(arguments.numbers("bytes", "1")).containsExactly(64, 1024);
        assertThat(arguments.number("millis", 5)).isEqualTo(5);
    }

    @Test
    void wrongArgumentsAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Arguments.of(new String[] {"port"}))
                .withMessageContaining("'port'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Arguments.of(new String[] {"port=x"}).number("port", 0))
                .withMessageContaining("port=x");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Arguments.of(new String[] {"mode=fast"}).mode())
                .withMessageContaining("blocking, spinning or socket");
    }

    @Test
    void aResultLineComesBack() {
        ResultLine line = new ResultLine().with("workload", "tcp").with("count", 5);

        ResultLine parsed = ResultLine.parse(line.toString()).orElseThrow();

        assertThat(parsed.text("workload")).isEqualTo("tcp");
        assertThat(parsed.number("count")).isEqualTo(5);
        assertThatIllegalStateException().isThrownBy(() -> parsed.text("none"));
    }

    @Test
    void otherLinesAreNoResults() {
        assertThat(ResultLine.parse("RESULTS a=1")).isEmpty();
        assertThat(ResultLine.parse("RESULT a")).isEmpty();
        assertThat(Ready.port("READY port=7001")).isEqualTo(7001);
        assertThat(Ready.port("not READY port=1")).isEqualTo(-1);
    }

    @Test
    void latenciesComeBackWhole() {
        Latencies latencies = new Latencies();
        for (int nanos = 1; nanos <= 1000; nanos++) {
            latencies.record(nanos);
        }
        latencies.record(-5);
        latencies.record(Long.MAX_VALUE);

        Histogram decoded = Latencies.decode(latencies.encoded());

        assertThat(decoded.getTotalCount()).isEqualTo(1002);
        assertThat(decoded.getValueAtPercentile(50)).isEqualTo(500);
        assertThatIllegalStateException().isThrownBy(() -> Latencies.decode("!"));
    }
}
