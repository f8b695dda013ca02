package dev.ringroad.bench.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.bench.machine.FigureJvm;
import dev.ringroad.core.linux.Affinity;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Map;

/** Both programs compile, run and say a rate for each size of batch. */
final class LiburingNopsTest {
    private static final int MILLIS = 20;

    @BeforeEach
    void needCompiler() {
        String missing = LiburingNops.missing();
        assumeTrue(missing == null, missing);
    }

    private static int cpu() throws Exception {
        return Affinity.allowedCpus().nextSetBit(0);
    }

    @Test
    void peerSaysARateForEachBatch() throws Exception {
        try (LiburingNops peer = LiburingNops.compile()) {
            Map<Integer, Double> rates = peer.rates(cpu(), MILLIS);
            assertThat(rates).containsOnlyKeys(1, 8, 32);
            assertThat(rates.values()).allSatisfy(rate -> assertThat(rate).isPositive());
        }
    }

    @Test
    void oursSaysTheRateOfItsBatch() throws Exception {
        Map<Integer, Double> rates =
                FigureJvm.run(
                        NopProgram.class, Integer.toString(cpu()), Integer.toString(MILLIS), "8");
        assertThat(rates).containsOnlyKeys(8);
        assertThat(rates.get(8)).isPositive();
    }
}
