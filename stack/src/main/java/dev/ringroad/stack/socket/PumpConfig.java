package dev.ringroad.stack.socket;

import dev.ringroad.stack.config.Profile;

/**
 * How a {@link Pump} spends time while nothing arrives.
 *
 * @param spinNanos how long a waiting thread polls without giving up its core
 * @param yieldNanos how long it then polls and yields between polls, before it sleeps
 * @param workerSpinNanos the same for the background worker, which has no thread of the program to
 *     answer quickly and never yields its way through idle time
 * @param watchNanos how often the background worker looks whether the program still drives
 * @param crowdedWatchNanos the same while other threads wait too
 * @param handOverGapNanos when the program's threads are usually away for longer than this, the
 *     worker is called at once on leaving; below it, the wake-up would cost more than it saves
 */
public record PumpConfig(
        long spinNanos,
        long yieldNanos,
        long workerSpinNanos,
        long watchNanos,
        long crowdedWatchNanos,
        long handOverGapNanos) {

    public static PumpConfig of(Profile profile) {
        return switch (profile) {
            case LATENCY ->
                    new PumpConfig(50_000, 100_000_000, 50_000, 10_000_000, 1_000_000, 20_000);
            case THROUGHPUT -> new PumpConfig(20_000, 30_000, 20_000, 5_000_000, 500_000, 20_000);
            case SAFE -> new PumpConfig(0, 0, 0, 1_000_000, 200_000, 10_000);
        };
    }
}
