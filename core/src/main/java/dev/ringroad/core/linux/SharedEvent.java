package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Reads and writes an eventfd that another process holds too, and does not rely on {@code
 * O_NONBLOCK}: that is a flag of the open file, so each of its holders may clear it for all.
 *
 * <p>Reading asks the kernel not to wait in this very call ({@code RWF_NOWAIT}, {@code
 * preadv2(2)}), which eventfd can since Linux 5.8. Writing has no such flag, so nothing is written:
 * the kernel signals by itself ({@link EventSignals}).
 *
 * <p>Where the kernel can do neither, the counter's room is looked at first. Between the look and
 * the call a malicious holder can still fill the counter (or empty it) and make the call wait. The
 * calls behind a look let the virtual machine stop for a safepoint meanwhile, so that one thread
 * waits and not all.
 *
 * <pre>
 *   struct iovec                 struct pollfd (to read)  struct pollfd (to write)
 *   0             8       16        24   28       30         32   36       38       40
 *   | base = 16   | bytes | counter | fd | events | ready    | fd | events | ready  |
 * </pre>
 */
final class SharedEvent {
    private static final int RWF_NOWAIT = 8;
    private static final long CURRENT_POSITION = -1;

    private static final long BYTES = 40;
    private static final long COUNTER_AT = 16;
    private static final long READABLE_AT = 24;
    private static final long WRITABLE_AT = 32;
    private static final long POLL_BYTES = 8;
    private static final long EVENTS_AT = 4;
    private static final long READY_AT = 6;

    // None of the two ever waits.
    private static final MethodHandle PREADV2 =
            Native.linkCritical(
                    "preadv2",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle POLL =
            Native.linkCritical(
                    "poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle READ =
            Native.linkUncaptured(
                    "read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle WRITE =
            Native.linkUncaptured(
                    "write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));

    private final int number;
    private final boolean readsWithoutWaiting;
    private final @Nullable EventSignals signals;
    private final MemorySegment request;
    private final MemorySegment vector;
    private final MemorySegment counter;
    private final MemorySegment readable;
    private final MemorySegment writable;

    /**
     * @param number of a descriptor that its owner closes, and asks no more of this object then
     * @param readsWithoutWaiting whether the kernel knows {@code RWF_NOWAIT} for an eventfd
     * @param signals that signal without waiting; null for a kernel that has none
     */
    SharedEvent(int number, boolean readsWithoutWaiting, @Nullable EventSignals signals) {
        this.number = number;
        this.readsWithoutWaiting = readsWithoutWaiting;
        this.signals = signals;
        request = EventSignals.request(number);
        vector = Arena.ofAuto().allocate(BYTES, Long.BYTES);
        counter = vector.asSlice(COUNTER_AT, Long.BYTES);
        readable = vector.asSlice(READABLE_AT, POLL_BYTES);
        writable = vector.asSlice(WRITABLE_AT, POLL_BYTES);
        vector.set(JAVA_LONG, 0, counter.address());
        vector.set(JAVA_LONG, Long.BYTES, Long.BYTES);
        await(readable, PollSet.POLLIN);
        await(writable, PollSet.POLLOUT);
    }

    private void await(MemorySegment entry, int events) {
        entry.set(JAVA_INT, 0, number);
        entry.set(JAVA_SHORT, EVENTS_AT, (short) events);
    }

    /** Of an eventfd, with what this kernel can. */
    static SharedEvent of(int number) {
        return new SharedEvent(number, Kernel.READS_WITHOUT_WAITING, EventSignals.ofProcess());
    }

    /** What the kernel can, found out by trying when somebody first asks. */
    private static final class Kernel {
        static final boolean READS_WITHOUT_WAITING = tried();

        private static boolean tried() {
            try (EventFd event = EventFd.create()) {
                event.signal();
                return new SharedEvent(event.descriptor().number(), true, null).readNow();
            } catch (SystemCallException e) {
                return false;
            }
        }
    }

    /** Empties the counter; false when it was empty. */
    boolean drain() {
        return readsWithoutWaiting ? readNow() : ready(readable, PollSet.POLLIN) && read();
    }

    /** Adds one, unless the counter is full; then it is readable anyway. */
    void signal(MemorySegment one) {
        EventSignals kernel = signals;
        if (kernel != null && kernel.submit(request)) {
            return;
        }
        if (ready(writable, PollSet.POLLOUT)) {
            write(one);
        }
    }

    private boolean readNow() {
        try {
            long bytes =
                    (long) PREADV2.invokeExact(number, vector, 1, CURRENT_POSITION, RWF_NOWAIT);
            return bytes == Long.BYTES;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    // The answer's bits count, not the number of answers: a counter that overflowed inside the
    // kernel is always reported, with POLLERR alone.
    private static boolean ready(MemorySegment entry, int event) {
        try {
            int ready = (int) POLL.invokeExact(entry, 1L, 0);
            return ready > 0 && (entry.get(JAVA_SHORT, READY_AT) & event) != 0;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private boolean read() {
        try {
            long bytes = (long) READ.invokeExact(number, counter, (long) Long.BYTES);
            return bytes == Long.BYTES;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private void write(MemorySegment one) {
        try {
            long ignored = (long) WRITE.invokeExact(number, one, (long) Long.BYTES);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
