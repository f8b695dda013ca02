package dev.ringroad.stack.socket;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SystemCallException;

import org.jspecify.annotations.Nullable;

/** A place to sleep on the devices' descriptors, with an event of its own to be woken by. */
final class Sleeper implements AutoCloseable {
    private static final int DESCRIPTORS_MAX = 64;

    private final EventFd event;
    private final PollSet pollSet;
    @Nullable Sleeper nextFree;

    Sleeper() throws SystemCallException {
        event = EventFd.create();
        pollSet = new PollSet(DESCRIPTORS_MAX);
    }

    /** Empties the set but for the sleeper's own event; devices then add theirs. */
    PollSet prepare() {
        pollSet.clear();
        pollSet.add(event.descriptor().number(), PollSet.POLLIN);
        return pollSet;
    }

    /**
     * Sleeps until a descriptor is ready, somebody kicks or the time is over; below 0 is for ever.
     */
    void sleep(long timeoutNanos) {
        int ready = pollSet.poll(timeoutNanos);
        if (ready > 0 && pollSet.readyEvents(0) != 0) {
            event.drain();
        }
    }

    void kick() {
        event.signal();
    }

    @Override
    public void close() {
        event.close();
        pollSet.close();
    }
}
