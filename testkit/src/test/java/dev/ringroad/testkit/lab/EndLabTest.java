package dev.ringroad.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import unmodified.LingeringServer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** How a program under {@code ringroad run} ends, from outside and at a terminal. */
final class EndLabTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int CONTROL_C = 3;
    private static final int SIGNALLED = 128;
    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;

    @TempDir private Path folder;

    private Path socket;

    @BeforeEach
    void nameSocket() {
        socket = folder.resolve("memif.sock");
    }

    private List<String> server(String... arguments) {
        return Ringroad.run(
                "memif:" + socket + ",role=server,ip=10.9.0.1/24",
                Ringroad.program(LingeringServer.class, arguments));
    }

    @Test
    void theExitCodeIsTheProgramsAndTheSocketFileGoes() throws Exception {
        try (Child program = Child.start(server("10.9.0.1", "7001", "42"))) {
            assertThat(program.awaitExit(SOON)).as(program.report()).isEqualTo(42);
            assertThat(program.output()).containsOnlyOnce("HOOK");
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void sigtermEndsTheProgramInOrder() throws Exception {
        try (Child program = Child.start(server("10.9.0.1", "7002"))) {
            program.awaitOutput("READY", SOON);
            assertThat(socket).exists();
            program.terminate();
            assertThat(program.awaitExit(SOON)).as(program.report()).isEqualTo(SIGNALLED + SIGTERM);
            assertThat(program.output()).containsOnlyOnce("HOOK");
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void controlCAtATerminalEndsTheProgramInOrder() throws Exception {
        Requirement.programs("bsdutils", "script");
        String line =
                server("10.9.0.1", "7003").stream()
                        .map(word -> "'" + word + "'")
                        .collect(Collectors.joining(" "));
        try (Child terminal =
                Child.startTyping(List.of("script", "-qec", "exec " + line, "/dev/null"))) {
            terminal.awaitOutput("READY", SOON);
            type(terminal.input(), CONTROL_C);
            assertThat(terminal.awaitExit(SOON))
                    .as(terminal.report())
                    .isEqualTo(SIGNALLED + SIGINT);
            assertThat(terminal.output()).containsOnlyOnce("HOOK");
        }
        assertThat(socket).doesNotExist();
    }

    private static void type(OutputStream keyboard, int key) throws IOException {
        keyboard.write(key);
        keyboard.flush();
    }
}
