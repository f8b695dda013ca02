package dev.ringroad.bench.dpdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What becomes of a program that is run, with the shell in the place of one of DPDK's. */
class DpdkProcessTest {
    private static final int SECONDS_MAX = 30;

    private static DpdkProcess shell(String script) throws IOException {
        return DpdkProcess.start("sh", List.of("sh", "-c", script), Map.of("WORD", "hello"));
    }

    @Test
    void isReadLineByLineUntilItEnds() throws IOException {
        try (DpdkProcess process = shell("read line; echo \"  $WORD $line\"")) {
            process.say("there");
            assertThat(process.nextLine(SECONDS_MAX)).isEqualTo("hello there");
            assertThat(process.nextLine(SECONDS_MAX)).isNull();
            assertThat(process.complaint("gave up")).hasMessage("sh gave up; it said: hello there");
        }
    }

    @Test
    void isKilledAndItsFolderIsGone() throws IOException {
        Path folder;
        try (DpdkProcess process =
                shell("mkdir $RUNTIME_DIRECTORY/dpdk; echo $RUNTIME_DIRECTORY; exec sleep 600")) {
            folder = Path.of(String.valueOf(process.nextLine(SECONDS_MAX)));
            assertThat(folder.resolve("dpdk")).isDirectory();
        }
        assertThat(folder).doesNotExist();
    }

    @Test
    void thatIsSilentIsAnError() throws IOException {
        try (DpdkProcess process = shell("exec sleep 600")) {
            assertThatIOException()
                    .isThrownBy(() -> process.nextLine(0))
                    .withMessageContaining("sh did not go on");
        }
    }

    @Test
    void thatIsMissingIsAnError() {
        assertThatIOException()
                .isThrownBy(
                        () -> DpdkProcess.start("none", List.of("/nonexistent/none"), Map.of()));
        assertThat(DpdkProcess.missing("no-such-program"))
                .contains("no-such-program is not installed", "dpdk-dev");
    }
}
