package dev.ringroad.nvme.volume;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Whatever is done, and wherever the power is cut: the store opens, is sound, and holds what was
 * flushed. Longer: {@code -Dvolume.seeds=1000}.
 */
final class PowerCutTest {
    private static final int ROUNDS = 30;

    /**
     * Among them 2, which tells when clusters are freed before the commit is durable, and 9, 14 and
     * 15, which tell when a stale twin is left as it is.
     */
    private static final long[] SEEDS = {1, 2, 3, 9, 14, 15};

    private static void run(long seed) {
        try {
            PowerCutRun run = new PowerCutRun(seed);
            run.run(ROUNDS);
            assertThat(run.images()).isPositive();
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError("With the seed " + seed, e);
        }
    }

    @Test
    void aCutAtAnyWriteLosesNothingThatWasFlushed() {
        for (long seed : SEEDS) {
            run(seed);
        }
    }

    @Test
    void aCutLosesNothingWithSeedsOfTheDayEither() {
        for (int i = Integer.getInteger("volume.seeds", 3); i > 0; i--) {
            run(ThreadLocalRandom.current().nextLong());
        }
    }
}
