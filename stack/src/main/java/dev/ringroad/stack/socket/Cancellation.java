package dev.ringroad.stack.socket;

/**
 * Asked by a waiting thread on every round whether its wait has lost its purpose: the channel was
 * closed, the thread interrupted, the selector woken.
 *
 * <p>Called with the stack's lock held, many times a microsecond: one volatile read, no more.
 */
@FunctionalInterface
public interface Cancellation {
    /** A wait that only readiness or its deadline ends. */
    Cancellation NEVER = () -> false;

    boolean cancelled();
}
