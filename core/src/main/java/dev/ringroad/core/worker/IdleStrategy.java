package dev.ringroad.core.worker;

/** What a poller's owner does when there is nothing to do. */
public sealed interface IdleStrategy {
    /** Polls on without a pause: the least latency, one whole CPU. */
    record Spin() implements IdleStrategy {}

    /**
     * Polls for a while, then polls with yields, then sleeps on descriptors.
     *
     * @param spinNanos how long it polls without a pause after the last work
     * @param yieldNanos how long after that it offers the CPU to others between polls
     */
    record Adaptive(long spinNanos, long yieldNanos) implements IdleStrategy {
        public Adaptive {
            if (spinNanos < 0 || yieldNanos < 0) {
                throw new IllegalArgumentException(
                        "Idle times are not negative: spin "
                                + spinNanos
                                + " ns, yield "
                                + yieldNanos
                                + " ns");
            }
        }
    }

    /** Sleeps on descriptors as soon as there is nothing to do: the least CPU. */
    record Interrupt() implements IdleStrategy {}

    /** See {@link Spin}. */
    static IdleStrategy spin() {
        return new Spin();
    }

    /** See {@link Adaptive}. */
    static IdleStrategy adaptive(long spinNanos, long yieldNanos) {
        return new Adaptive(spinNanos, yieldNanos);
    }

    /** See {@link Interrupt}. */
    static IdleStrategy interrupt() {
        return new Interrupt();
    }

    /** Nanoseconds since the last work for which to poll without a pause. */
    default long spinNanos() {
        return switch (this) {
            case Spin _ -> Long.MAX_VALUE;
            case Adaptive adaptive -> adaptive.spinNanos;
            case Interrupt _ -> 0;
        };
    }

    /** Nanoseconds since the last work after which to sleep. */
    default long awakeNanos() {
        return switch (this) {
            case Spin _ -> Long.MAX_VALUE;
            case Adaptive adaptive -> adaptive.spinNanos + adaptive.yieldNanos;
            case Interrupt _ -> 0;
        };
    }
}
