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
        for (long seed = 1; seed <= 6; seed++) {
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
