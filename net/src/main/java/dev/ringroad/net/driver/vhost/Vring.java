package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.net.virtio.VhostUserPayload.VringAddress;

import org.jspecify.annotations.Nullable;

/** What the control messages have said about one ring so far. */
final class Vring implements AutoCloseable {

    /** No base was given: a ring begins where a new one does. */
    static final long NO_BASE = -1;

    final int index;
    int size;

    /** Where it goes on, unsigned 32 bits, or {@link #NO_BASE}. */
    long base = NO_BASE;

    boolean enabled;

    /** From the message with the kick until the one that asks for the base. */
    boolean started;

    @Nullable VringAddress address;

    /** What works on the ring while all conditions are met. */
    @Nullable VhostRing running;

    private @Nullable EventFd kick;
    private @Nullable EventFd call;
    private @Nullable EventFd error;

    Vring(int index) {
        this.index = index;
    }

    /** Whether frames come in on it: the odd ones are those that drivers transmit on. */
    boolean receives() {
        return (index & 1) != 0;
    }

    /** Which queue pair it belongs to. */
    int pair() {
        return index >> 1;
    }

    /** What the driver signals; null when it does not. */
    @Nullable EventFd kick() {
        return kick;
    }

    /** What the driver waits on; null when it does not. */
    @Nullable EventFd call() {
        return call;
    }

    void kick(@Nullable EventFd event) {
        close(kick);
        kick = event;
    }

    void call(@Nullable EventFd event) {
        close(call);
        call = event;
    }

    /** What the driver would be told errors by; kept only as long as it wants. */
    void error(@Nullable EventFd event) {
        close(error);
        error = event;
    }

    private static void close(@Nullable EventFd event) {
        if (event != null) {
            event.close();
        }
    }

    @Override
    public void close() {
        kick(null);
        call(null);
        error(null);
    }

    @Override
    public String toString() {
        return "Ring " + index;
    }
}
