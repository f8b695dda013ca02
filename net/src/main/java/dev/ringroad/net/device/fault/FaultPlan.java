package dev.ringroad.net.device.fault;

/**
 * How a direction of a device is impaired. What happens to the n-th frame follows from the seed and
 * n alone.
 *
 * @param seed of all chances
 * @param loss chance that a frame vanishes, 0..1
 * @param duplicate chance that a frame comes twice, 0..1
 * @param reorder chance that a frame is held back so that later ones overtake it, 0..1
 * @param corrupt chance that one bit of a frame is flipped, 0..1
 * @param delayNanosMin the least that every frame is delayed
 * @param delayNanosMax the most; between the two each frame's delay is a chance
 * @param reorderNanos for how long a reordered frame is held back beyond its delay
 */
public record FaultPlan(
        long seed,
        double loss,
        double duplicate,
        double reorder,
        double corrupt,
        long delayNanosMin,
        long delayNanosMax,
        long reorderNanos) {

    private static final long REORDER_NANOS_DEFAULT = 1_000_000;

    /** Checks that chances are chances and times are not negative. */
    public FaultPlan {
        requireChance("loss", loss);
        requireChance("duplicate", duplicate);
        requireChance("reorder", reorder);
        requireChance("corrupt", corrupt);
        if (delayNanosMin < 0 || delayNanosMax < delayNanosMin || reorderNanos < 0) {
            throw new IllegalArgumentException(
                    "delays of "
                            + delayNanosMin
                            + " to "
                            + delayNanosMax
                            + " ns and reordering by "
                            + reorderNanos
                            + " ns; they are not negative, and the least comes first");
        }
    }

    /** Lets everything through as it is. */
    public static FaultPlan none(long seed) {
        return new FaultPlan(seed, 0, 0, 0, 0, 0, 0, REORDER_NANOS_DEFAULT);
    }

    /** The same with another seed. */
    public FaultPlan withSeed(long other) {
        return new FaultPlan(
                other,
                loss,
                duplicate,
                reorder,
                corrupt,
                delayNanosMin,
                delayNanosMax,
                reorderNanos);
    }

    /** The same with another chance of loss. */
    public FaultPlan withLoss(double chance) {
        return new FaultPlan(
                seed,
                chance,
                duplicate,
                reorder,
                corrupt,
                delayNanosMin,
                delayNanosMax,
                reorderNanos);
    }

    /** The same with another chance of duplication. */
    public FaultPlan withDuplicate(double chance) {
        return new FaultPlan(
                seed, loss, chance, reorder, corrupt, delayNanosMin, delayNanosMax, reorderNanos);
    }

    /** The same with another chance of reordering, by so many nanoseconds. */
    public FaultPlan withReorder(double chance, long nanos) {
        return new FaultPlan(
                seed, loss, duplicate, chance, corrupt, delayNanosMin, delayNanosMax, nanos);
    }

    /** The same with another chance of corruption. */
    public FaultPlan withCorrupt(double chance) {
        return new FaultPlan(
                seed, loss, duplicate, reorder, chance, delayNanosMin, delayNanosMax, reorderNanos);
    }

    /** The same with another range of delays. */
    public FaultPlan withDelay(long nanosMin, long nanosMax) {
        return new FaultPlan(
                seed, loss, duplicate, reorder, corrupt, nanosMin, nanosMax, reorderNanos);
    }

    private static void requireChance(String what, double chance) {
        if (!(chance >= 0 && chance <= 1)) {
            throw new IllegalArgumentException(what + " of " + chance + "; a chance is 0 to 1");
        }
    }
}
