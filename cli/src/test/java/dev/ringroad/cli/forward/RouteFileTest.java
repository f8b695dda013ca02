package dev.ringroad.cli.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.stack.route.StaticRoute;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class RouteFileTest {

    @TempDir private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("routes"), text);
    }

    @Test
    void hasARouteALineAndCommentsForPeople() throws IOException {
        Path file =
                file(
                        "# ways\n\n10.3.0.0/16 10.2.0.7 # far\n default\t10.1.0.254\n10.4.0.0/16=10.2.0.8");
        assertThat(RouteFile.read(file))
                .containsExactly(
                        StaticRoute.parse("10.3.0.0/16=10.2.0.7"),
                        StaticRoute.parse("default=10.1.0.254"),
                        StaticRoute.parse("10.4.0.0/16=10.2.0.8"));
    }

    @ParameterizedTest
    @CsvSource({
        "10.3.0.0/16 10.2.0.7 eth0, PREFIX GATEWAY",
        "10.3.0.0/16, PREFIX GATEWAY",
        "10.3.0.1/16 10.2.0.7, bits set",
        "10.3.0.0/40 10.2.0.7, 0 to 32 bits",
        "10.3.0.0/16 gate, no internet address"
    })
    void saysInWhichLineSomethingIsWrong(String line, String sentence) throws IOException {
        Path file = file("# the first\n" + line + "\n");
        assertThatThrownBy(() -> RouteFile.read(file))
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith(file + ", line 2: ")
                .hasMessageContaining(sentence)
                .hasMessageEndingWith(".");
    }
}
