package dev.ringroad.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.bench.BenchRow;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;

/** Runs the real programs as real processes, shortly, with the kernel's loopback on both sides. */
final class ComparisonTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Pace TINY = new Pace(1, 0, 100, 50, 50, 50, true);
    private static final Progress SILENT =
            new Progress() {
                @Override
                public void begins(int number, int of, String what) {}

                @Override
                public void ended(String figure) {}

                @Override
                public void repeats(String why) {}
            };

    @Test
    void everyWorkloadYieldsItsRows() throws Exception {
        ComparisonResult result =
                new Comparison(
                                JAVA,
                                new KernelLoopback(),
                                new KernelLoopback(),
                                List.of(Workload.values()),
                                TINY)
                        .run(SILENT);

        assertThat(result.benchRows())
                .extracting(BenchRow::name)
                .doesNotHaveDuplicates()
                .contains(
                        "tcp 64 B round trip p50, kernel blocking",
                        "tcp 1 KiB round trip p99.9, kernel spinning",
                        "udp 64 B round trip p99, both spinning",
                        "tcp stream 64 KiB writes",
                        "http requests per second",
                        "tcp 64 B round trips, bytes allocated per million")
                .hasSize(2 * 2 * 3 * 3 + 3);
        assertThat(result.curves()).hasSize(2 * 2 * 4);
        assertThat(result.facts()).containsKeys("Processor", "Kernel", "Java", "Placement");
    }

    @Test
    void aProgramThatCannotStartIsNamedWithItsLastLines() {
        Road broken =
                new Road() {
                    @Override
                    public String name() {
                        return "broken road";
                    }

                    @Override
                    public String serverAddress() {
                        return "127.0.0.1";
                    }

                    @Override
                    public List<String> jvmArguments(End end, Traffic traffic, int run) {
                        return List.of("-XX:NoSuchOption");
                    }

                    @Override
                    public String settings(Traffic traffic) {
                        return "";
                    }
                };
        Comparison comparison =
                new Comparison(JAVA, broken, new KernelLoopback(), List.of(Workload.STREAM), TINY);

        assertThatThrownBy(() -> comparison.run(SILENT))
                .isInstanceOf(ComparisonException.class)
                .hasMessageContaining("broken road")
                .hasMessageContaining("ended before it listened")
                .hasMessageContaining("NoSuchOption");
    }
}
