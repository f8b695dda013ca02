package dev.ringroad.core.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

final class ExecTest {
    private static final int PATIENCE_SECONDS = 60;

    /** Becomes /bin/sh -c with the script that is its argument. */
    static final class Becoming {
        public static void main(String[] args) throws SystemCallException {
            Exec.replaceProcess(
                    Path.of("/bin/sh"),
                    List.of(bytes("sh"), bytes("-c"), bytes(args[0])),
                    Map.of("RINGROAD_TEST", "set by exec"));
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    private record Outcome(long pid, int exitCode, List<String> output) {}

    private static Outcome become(String script, String input)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Becoming.class.getName(),
                                script)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            List<String> lines = new ArrayList<>(process.inputReader().lines().toList());
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            return new Outcome(process.pid(), process.exitValue(), lines);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void thePidTheStreamsTheVariablesAndTheExitCodeAreTheNewPrograms() throws Exception {
        Outcome outcome = become("echo $$; echo $RINGROAD_TEST; cat; exit 7", "from outside\n");

        assertThat(outcome.output())
                .containsExactly(Long.toString(outcome.pid()), "set by exec", "from outside");
        assertThat(outcome.exitCode()).isEqualTo(7);
    }

    @Test
    void noSignalStaysBlocked() throws Exception {
        Outcome outcome = become("grep '^SigBlk:' /proc/self/status", "");

        assertThat(outcome.output()).singleElement().asString().matches("SigBlk:\\s0{16}");
    }

    @Test
    void theJvmsOwnFilesAreClosed() throws Exception {
        Outcome outcome = become("ls -l /proc/self/fd", "");

        assertThat(outcome.output()).isNotEmpty().noneMatch(line -> line.contains("lib/modules"));
    }

    @Test
    void aSignalEndsTheNewProgramAsItWouldWithoutUs() throws Exception {
        assertThat(become("kill -TERM $$", "").exitCode()).isEqualTo(128 + 15);
    }

    @Test
    void whatCannotBeExecutedIsAnExceptionAndThisProcessGoesOn() {
        assertThatThrownBy(
                        () -> Exec.replaceProcess(Path.of("/no/such/program"), List.of(), Map.of()))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("execv(/no/such/program)")
                .hasMessageContaining("ENOENT");
    }
}
