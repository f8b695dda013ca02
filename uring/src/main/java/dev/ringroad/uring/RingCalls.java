package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.IoUring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Enters the kernel for a ring: to hand over entries, to wait, or both.
 *
 * <pre>
 *   struct io_uring_getevents_arg (linux/io_uring.h), 24 bytes
 *   0             8                 12                   16      24
 *   | signal mask | bytes of it     | batch wait (us)    | until |
 * </pre>
 */
final class RingCalls {
    private static final int GET_EVENTS = 1;
    private static final int WAKE_POLLER = 1 << 1;
    private static final int ARGUMENT = 1 << 3;
    private static final int REGISTERED_RING = 1 << 4;
    private static final int NO_IOWAIT = 1 << 7;

    private static final int REGISTER_RING = 20;
    private static final int UNREGISTER_RING = 21;

    private static final int WAIT_BYTES = 24;
    private static final long BATCH_AT = 12;
    private static final long UNTIL_AT = 16;
    private static final int TIMESPEC_BYTES = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MICRO = 1_000;

    private final int number;
    private final int numberFlag;
    private final MemorySegment wait;
    private final MemorySegment until;
    private int waitFlags = GET_EVENTS;
    private long count;

    RingCalls(int descriptor, Arena arena) {
        int registered = registered(descriptor, arena);
        number = registered < 0 ? descriptor : registered;
        numberFlag = registered < 0 ? 0 : REGISTERED_RING;
        wait = arena.allocate(WAIT_BYTES, Long.BYTES);
        until = arena.allocate(TIMESPEC_BYTES, Long.BYTES);
        wait.set(JAVA_LONG, UNTIL_AT, until.address());
    }

    // A registered ring spares the kernel the look-up of the descriptor in each call (5.18).
    private static int registered(int ring, Arena arena) {
        MemorySegment update = arena.allocate(16, Long.BYTES);
        update.set(JAVA_INT, 0, -1); // any index
        update.set(JAVA_LONG, 8, ring);
        int registered = IoUring.register(ring, REGISTER_RING, update, 1);
        return registered == 1 ? update.get(JAVA_INT, 0) : -1;
    }

    /** Whether calls name the ring by its index in the thread's table, of which there are 16. */
    boolean areRegistered() {
        return numberFlag != 0;
    }

    /**
     * Takes the ring out of the thread's table, which keeps it alive when its descriptor is closed.
     * It is the table of the thread that opened the ring, and ends with it.
     */
    void unregister(int ring) {
        if (!areRegistered()) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment update = arena.allocate(16, Long.BYTES);
            update.set(JAVA_INT, 0, number);
            int ignored = IoUring.register(ring, UNREGISTER_RING, update, 1);
        }
    }

    /** Whether waits count as waits for a disk in the machine's statistics. */
    void countWaits(boolean asDisk) {
        waitFlags = asDisk ? GET_EVENTS : GET_EVENTS | NO_IOWAIT;
    }

    /** How many there were. */
    long count() {
        return count;
    }

    int submit(int pending) {
        return enter(pending, 0, numberFlag);
    }

    /** Hands over entries to a poller thread that sleeps. */
    int wakePoller(int pending) {
        return enter(pending, 0, numberFlag | WAKE_POLLER);
    }

    /** Has completions that wait in the kernel brought into the queue. */
    int getEvents() {
        return enter(0, 0, numberFlag | GET_EVENTS);
    }

    int submitAndWait(int pending, int completions, boolean wakePoller) {
        return enter(pending, completions, flags(wakePoller));
    }

    /**
     * @param batchNanos after which one completion is enough, rounded down to microseconds
     */
    int submitAndWait(
            int pending, int completions, boolean wakePoller, long timeoutNanos, long batchNanos) {
        until.set(JAVA_LONG, 0, timeoutNanos / NANOS_PER_SECOND);
        until.set(JAVA_LONG, 8, timeoutNanos % NANOS_PER_SECOND);
        wait.set(JAVA_INT, BATCH_AT, (int) (batchNanos / NANOS_PER_MICRO));
        int flags = flags(wakePoller) | ARGUMENT;
        count++;
        return answer(IoUring.enter(number, pending, completions, flags, wait, WAIT_BYTES));
    }

    private int flags(boolean wakePoller) {
        return numberFlag | waitFlags | (wakePoller ? WAKE_POLLER : 0);
    }

    private int enter(int pending, int completions, int flags) {
        count++;
        int quick = IoUring.enterUncaptured(number, pending, completions, flags);
        if (quick >= 0) {
            return quick;
        }
        count++;
        return answer(IoUring.enter(number, pending, completions, flags, MemorySegment.NULL, 0));
    }

    private static int answer(int taken) {
        return taken == -Errno.EINTR || taken == -Errno.ETIME ? 0 : taken;
    }
}
