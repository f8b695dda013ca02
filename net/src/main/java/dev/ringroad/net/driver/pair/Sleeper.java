package dev.ringroad.net.driver.pair;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Whether a receiver sleeps, told so that no frame is overlooked (Dekker's protocol).
 *
 * <p>The receiver says that it sleeps and then looks for frames; the sender publishes frames and
 * then looks for a sleeper. Each has a full fence between the two, so at least one of them sees the
 * other.
 */
final class Sleeper {

    private static final VarHandle ASLEEP;

    static {
        try {
            ASLEEP = MethodHandles.lookup().findVarHandle(Sleeper.class, "asleep", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile boolean asleep;

    /** Receiver: before it looks for frames a last time. */
    void fallAsleep() {
        asleep = true;
        VarHandle.fullFence();
    }

    /** Receiver: is awake again. */
    void awake() {
        asleep = false;
    }

    /** Sender: after frames have been published; true for one sender of each sleep only. */
    boolean mustBeWoken() {
        VarHandle.fullFence();
        return asleep && ASLEEP.compareAndSet(this, true, false);
    }
}
