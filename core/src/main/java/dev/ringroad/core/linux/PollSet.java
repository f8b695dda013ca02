package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * Descriptors to wait on ({@code ppoll(2)}). Made once, cleared and filled before each wait; owned
 * by one thread at a time.
 *
 * <pre>
 *   struct pollfd (poll.h)
 *   0                4        6        8
 *   | int fd         | events | ready  |
 * </pre>
 */
public final class PollSet implements AutoCloseable {
    public static final int POLLIN = 0x01;
    public static final int POLLOUT = 0x04;

    /** Always reported, need not be asked for. */
    public static final int POLLERR = 0x08;

    /** Always reported, need not be asked for. */
    public static final int POLLHUP = 0x10;

    /** The descriptor is not open; always reported. */
    public static final int POLLNVAL = 0x20;

    private static final long ENTRY_BYTES = 8;
    private static final long EVENTS = 4;
    private static final long READY = 6;
    private static final long TIMESPEC_BYTES = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final MethodHandle PPOLL =
            Native.link(
                    "ppoll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));

    private static final MethodHandle PPOLL_UNCAPTURED =
            Native.linkUncaptured(
                    "ppoll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment timeout = arena.allocate(TIMESPEC_BYTES, Long.BYTES);
    private MemorySegment entries;
    private int capacity;
    private int size;

    /**
     * @param capacity how many descriptors are expected; more make it grow
     */
    public PollSet(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "A poll set holds at least one descriptor, not " + capacity);
        }
        this.capacity = capacity;
        entries = arena.allocate(capacity * ENTRY_BYTES, Long.BYTES);
    }

    /** Forgets all descriptors. */
    public void clear() {
        size = 0;
    }

    /** Adds a descriptor; its index is the size before. */
    public void add(int descriptor, int events) {
        if (size == capacity) {
            grow();
        }
        long at = size * ENTRY_BYTES;
        MemorySegment into = entries;
        into.set(JAVA_INT, at, descriptor);
        into.set(JAVA_SHORT, at + EVENTS, (short) events);
        into.set(JAVA_SHORT, at + READY, (short) 0);
        size++;
    }

    private void grow() {
        MemorySegment larger = arena.allocate(2L * capacity * ENTRY_BYTES, Long.BYTES);
        MemorySegment.copy(entries, 0, larger, 0, size * ENTRY_BYTES);
        entries = larger;
        capacity *= 2;
    }

    /** How many descriptors it holds. */
    public int size() {
        return size;
    }

    /**
     * Waits until a descriptor is ready.
     *
     * @param timeoutNanos the longest wait; negative waits for ever, 0 only looks
     * @return how many are ready; 0 at the time-out or when a signal ended the wait early
     */
    public int poll(long timeoutNanos) {
        MemorySegment limit = MemorySegment.NULL;
        if (timeoutNanos >= 0) {
            limit = timeout;
            limit.set(JAVA_LONG, 0, timeoutNanos / NANOS_PER_SECOND);
            limit.set(JAVA_LONG, 8, timeoutNanos % NANOS_PER_SECOND);
        }
        if (timeoutNanos == 0) {
            int ready = glance();
            if (ready >= 0) {
                return ready;
            }
        }
        MemorySegment capture = Native.capture();
        int result;
        try {
            int ready =
                    (int)
                            PPOLL.invokeExact(
                                    capture, entries, (long) size, limit, MemorySegment.NULL);
            result = Native.result(ready, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (result < 0 && result != -Errno.EINTR) {
            throw new IllegalStateException(
                    "ppoll("
                            + size
                            + " descriptors) failed: "
                            + Errno.nameOf(-result)
                            + ", "
                            + Errno.describe(-result));
        }
        return Math.max(result, 0);
    }

    /**
     * Without waiting and without an object; negative when the call failed, for whatever reason.
     */
    private int glance() {
        try {
            return (int)
                    PPOLL_UNCAPTURED.invokeExact(entries, (long) size, timeout, MemorySegment.NULL);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * What the last {@link #poll} found for the descriptor that was added as number {@code index}.
     */
    public int readyEvents(int index) {
        Objects.checkIndex(index, size);
        return entries.get(JAVA_SHORT, index * ENTRY_BYTES + READY);
    }

    @Override
    public void close() {
        size = 0;
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
