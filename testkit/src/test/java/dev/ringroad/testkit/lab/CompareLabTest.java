package dev.ringroad.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.bench.BenchJson;
import dev.ringroad.bench.BenchRow;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The whole comparison, over the kernel and over memif, so short that its figures mean nothing. */
final class CompareLabTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final int ROUND_TRIP_ROWS = 2 * 2 * 3 * 3;

    @TempDir private Path folder;

    @Test
    void everyFigureHasItsRowAndEveryCurveItsPlot() throws Exception {
        Path json = folder.resolve("rows.json");
        Path report = folder.resolve("report.html");
        List<String> words =
                List.of(
                        "compare",
                        "--quick",
                        "--millis",
                        "100",
                        "--warm-up-millis",
                        "100",
                        "--json",
                        json.toString(),
                        "--report",
                        report.toString());

        try (Child compare = Child.start(Ringroad.command(words))) {
            assertThat(compare.awaitExit(PATIENCE)).as(compare.output()).isZero();

            assertThat(compare.output()).contains("tcp 64 B round trip p50, kernel blocking");
        }
        assertThat(BenchJson.read(Files.readString(json)))
                .hasSize(ROUND_TRIP_ROWS + 3)
                .extracting(BenchRow::name)
                .contains("tcp stream 64 KiB writes", "http requests per second")
                .doesNotHaveDuplicates();
        assertThat(Files.readString(report)).contains("<polyline").contains("checksum=no");
    }
}
