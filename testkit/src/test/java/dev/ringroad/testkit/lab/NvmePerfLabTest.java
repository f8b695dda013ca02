package dev.ringroad.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** {@code ringroad nvme perf} and {@code volume} as processes: interrupted, and two at once. */
final class NvmePerfLabTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int INTERRUPTED = 130;
    private static final int TERMINATED = 143;

    @TempDir private Path folder;

    @Test
    void anInterruptPrintsTheSummaryAndWritesTheJson() throws Exception {
        Path json = folder.resolve("perf.json");
        List<String> line =
                Ringroad.command(
                        List.of(
                                "nvme",
                                "perf",
                                "memory:16m",
                                "--rw",
                                "mixed",
                                "--verify",
                                "--runtime",
                                "1h",
                                "--json",
                                json.toString()));
        try (Child perf = Child.start(line)) {
            perf.awaitOutput("1 s  reads", SOON);
            Child.run(SOON, "kill", "-INT", String.valueOf(perf.pid()));
            assertThat(perf.awaitExit(SOON)).as(perf.report()).isEqualTo(INTERRUPTED);
            assertThat(perf.output())
                    .containsPattern("reads: [0-9]+ in")
                    .containsPattern("writes: [0-9]+ in")
                    .containsPattern("Interrupted: [0-9]+ blocks were verified as they were read")
                    .doesNotContain("\tat ");
        }
        assertThat(Files.readString(json)).contains("\"interrupted\": true", "\"failure\": null");
    }

    @Test
    void aStoreThatAnotherProcessServesIsLeftAlone() throws Exception {
        String store = folder.resolve("store").toString();
        ringroad(0, "volume", "init", "--size", "8m", store);
        ringroad(0, "volume", "create", store, "data", "1m");
        List<String> line =
                Ringroad.command(
                        List.of(
                                "nvme",
                                "serve",
                                "volume:data@file:" + store,
                                "--listen",
                                "127.0.0.1:0"));
        try (Child server = Child.start(line)) {
            server.awaitOutput("Ctrl-C ends it", SOON);
            assertThat(ringroad(1, "volume", "create", store, "other", "1m"))
                    .contains("is in use, by another process");
            assertThat(ringroad(1, "nvme", "perf", "file:" + store, "--rw", "write", "--overwrite"))
                    .contains("is in use, by another process");
            server.terminate();
            assertThat(server.awaitExit(SOON)).as(server.report()).isEqualTo(TERMINATED);
        }
        assertThat(ringroad(0, "volume", "check", store)).contains("The store is sound.");
    }

    private static String ringroad(int exitCode, String... words) throws Exception {
        try (Child child = Child.start(Ringroad.command(List.of(words)))) {
            assertThat(child.awaitExit(SOON)).as(child.report()).isEqualTo(exitCode);
            return child.report();
        }
    }
}
