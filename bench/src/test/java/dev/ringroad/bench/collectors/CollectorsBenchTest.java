package dev.ringroad.bench.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CollectorsBenchTest {

    @Test
    void findsTheFiguresAmongWhatElseAJvmSays() {
        String said =
                "OpenJDK 64-Bit Server VM warning: something about pages\n"
                        + "forward 131.250 0\n"
                        + "veth 0.525 6400\n";
        assertThat(CollectorsBench.figures(said))
                .containsEntry(CollectorsBench.FORWARD, new CollectorsBench.Figure(131.25, 0))
                .containsEntry(CollectorsBench.VETH, new CollectorsBench.Figure(0.525, 6400))
                .hasSize(2);
    }
}
