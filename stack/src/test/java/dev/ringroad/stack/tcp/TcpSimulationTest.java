package dev.ringroad.stack.tcp;

import org.junit.jupiter.api.Test;

/**
 * Under any mix of loss, duplication, reordering, corruption and delay every byte arrives once and
 * in order, or the connection fails as specified; nothing hangs and no packet is lost.
 *
 * <p>{@code -Dringroad.tcp.seeds=N} runs more of them, {@code -Dringroad.tcp.seed=S} the one that a
 * failure named.
 */
class TcpSimulationTest {
    private static final long SEEDS = Long.getLong("ringroad.tcp.seeds", 3000);

    @Test
    void everyByteArrivesOnceAndInOrder() {
        Long only = Long.getLong("ringroad.tcp.seed");
        long first = only == null ? 0 : only;
        long last = only == null ? SEEDS : only + 1;
        for (long seed = first; seed < last; seed++) {
            try (TcpSimulation simulation = new TcpSimulation(seed)) {
                simulation.run();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " threw", e);
            }
        }
    }

    /** Many connections at once share one listener, one pool and one wire. */
    @Test
    void hundredsOfConnections() {
        for (long seed = 0; seed < 2; seed++) {
            try (TcpSimulation simulation = new TcpSimulation(1_000_000 + seed, 200)) {
                simulation.run();
            }
        }
    }
}
