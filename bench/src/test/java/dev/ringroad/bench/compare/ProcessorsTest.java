package dev.ringroad.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ProcessorsTest {
    @Test
    void theKernelsListsAreReadWithTheirRanges() {
        assertThat(Processors.list("0")).containsExactly(0);
        assertThat(Processors.list("0-3,8,10-11")).containsExactly(0, 1, 2, 3, 8, 10, 11);
    }

    @Test
    void twoDifferentProcessorsAreChosenWhereThereAreTwo() {
        Processors chosen = Processors.choose();

        assertThat(chosen.pinning()).isEqualTo(chosen.first() != chosen.second());
    }

    @Test
    void serverAndClientArePinnedAsThePlacementSays() {
        Processors processors = new Processors(2, 3, true);

        assertThat(Placement.TWO_CORES.prefix(End.SERVER, processors))
                .containsExactly("taskset", "-c", "2");
        assertThat(Placement.TWO_CORES.prefix(End.CLIENT, processors))
                .containsExactly("taskset", "-c", "3");
        assertThat(Placement.ONE_CORE.prefix(End.CLIENT, processors))
                .containsExactly("taskset", "-c", "2");
        assertThat(Placement.FREE.prefix(End.CLIENT, processors)).isEmpty();
        assertThat(Placement.TWO_CORES.prefix(End.CLIENT, new Processors(0, 0, false))).isEmpty();
    }
}
