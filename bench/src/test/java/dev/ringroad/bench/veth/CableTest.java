package dev.ringroad.bench.veth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** That nothing of a cable is left behind. */
final class CableTest {

    @BeforeEach
    void requireRoot() {
        assumeTrue(
                "root".equals(System.getProperty("user.name")),
                "Needs root: it makes network namespaces.");
    }

    private static List<Path> namespaces(Cable cable) {
        return List.of(Cable.Side.values()).stream()
                .map(side -> Path.of("/run/netns", cable.namespace(side)))
                .toList();
    }

    @Test
    void hasANamespaceForEachEndUntilItIsClosed() throws IOException {
        Cable cable = Cable.make();
        try {
            assertThat(namespaces(cable)).hasSize(2).allMatch(Files::exists);
        } finally {
            cable.close();
        }
        assertThat(namespaces(cable)).noneMatch(Files::exists);
    }

    @Test
    void leavesNothingBehindWhenItCannotBeMade() {
        assertThatThrownBy(() -> Cable.make("type nonsense"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nonsense");
        String prefix = "ringroad-bench-" + ProcessHandle.current().pid() + "-";
        assertThat(Path.of("/run/netns").toFile().list((_, name) -> name.startsWith(prefix)))
                .isEmpty();
    }
}
