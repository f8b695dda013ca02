package dev.ringroad.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.junit.jupiter.api.Test;

import java.util.List;

final class BenchJsonTest {
    private static final BenchRow ROW =
            BenchRow.of("tcp 64 B round trip p50", "us", 2, 10, "kernel loopback", Better.LOWER);

    @Test
    void aRowHasExactlyTheKeysThatOtherToolsRead() {
        assertThat(BenchJson.write(List.of(ROW)))
                .isEqualTo(
                        """
                        [
                          {"name": "tcp 64 B round trip p50", "unit": "us", "ours": 2, "peer": 10, \
                        "peer_name": "kernel loopback", "better": "lower", "ratio": 5}
                        ]
                        """);
    }

    @Test
    void noRowsAreAnEmptyArray() {
        assertThat(BenchJson.read(BenchJson.write(List.of()))).isEmpty();
    }

    @Property
    void anyNamesComeBackAsTheyWere(@ForAll String name, @ForAll String peerName) {
        BenchRow row = BenchRow.of(name, "us", 1.5, 3, peerName, Better.HIGHER);

        assertThat(BenchJson.read(BenchJson.write(List.of(row)))).containsExactly(row);
    }

    @Test
    void whatIsNoRowIsRefused() {
        assertThatThrownBy(() -> BenchJson.read("{}")).hasMessageContaining("array");
        assertThatThrownBy(() -> BenchJson.read("[{\"name\": \"x\"}]"))
                .hasMessageContaining("keys");
        assertThatThrownBy(
                        () ->
                                BenchJson.read(
                                        BenchJson.write(List.of(ROW)).replace("lower", "less")))
                .hasMessageContaining("less");
    }
}
