package dev.ringroad.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The steady state of a connection over the stack allocates nothing, whichever way a program reads
 * and writes.
 */
@Timeout(180)
class AllocationTest {
    @ParameterizedTest
    @ValueSource(strings = {"channels", "sockets", "datagrams", "selectors"})
    void allocatesNothing(String way) throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "--add-exports",
                                "java.base/sun.nio.ch=ALL-UNNAMED",
                                "--add-opens",
                                "java.base/java.net=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.ringroad.sockets.AllocationProgram",
                                way)
                        .redirectErrorStream(true)
                        .start();
        List<String> lines =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
        assertThat(process.waitFor()).as("%s", lines).isZero();
        assertThat(lines).hasSize(2);
        for (String bytes : lines) {
            // Less than a byte a round: what is left is the measuring itself, and the compiler's
            // doings.
            assertThat(Long.parseLong(bytes)).isLessThan(AllocationProgram.ROUNDS);
        }
    }
}
