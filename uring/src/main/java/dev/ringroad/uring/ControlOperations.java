package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Entries about time, other entries, other rings, and what else a program waits for. */
public final class ControlOperations {
    /** The time is a moment of {@code CLOCK_MONOTONIC}, not so long from now. */
    public static final int TIMEOUT_ABSOLUTE = 1;

    /** By the clock that goes on while the machine is suspended. */
    public static final int TIMEOUT_BOOT_TIME = 1 << 2;

    /** By the clock on the wall. */
    public static final int TIMEOUT_REAL_TIME = 1 << 3;

    /** Its end is no failure for what is linked behind it. */
    public static final int TIMEOUT_IS_SUCCESS = 1 << 5;

    /** Again and again. */
    public static final int TIMEOUT_MULTISHOT = 1 << 6;

    /** Cancels all that match, not the first. */
    public static final int CANCEL_ALL = 1;

    private static final int NOP_RESULT = 1;
    private static final int NOP_LARGE = 1 << 5;
    private static final int TIMEOUT_UPDATE = 1 << 1;
    private static final int LINK_TIMEOUT_UPDATE = 1 << 4;
    private static final int CANCEL_DESCRIPTOR = 1 << 1;
    private static final int CANCEL_ANY = 1 << 2;
    private static final int POLL_MULTISHOT = 1;
    private static final int POLL_UPDATE_EVENTS = 1 << 1;
    private static final int MESSAGE_DATA = 0;
    private static final int MESSAGE_FILE = 1;
    private static final int MESSAGE_PASS_FLAGS = 1 << 1;
    private static final int FUTEX_32_BITS = 2;
    private static final int FUTEX_PRIVATE = 128;
    private static final long FUTEX_ALL = 0xffff_ffffL;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** Bytes of each element of the vector that {@link #prepareFutexWaitAny} takes. */
    public static final int FUTEX_WAITER_BYTES = 24;

    /** What {@link #prepareEpollControl} does: {@code EPOLL_CTL_ADD}. */
    public static final int EPOLL_ADD = 1;

    /** {@code EPOLL_CTL_DEL}. */
    public static final int EPOLL_REMOVE = 2;

    /** {@code EPOLL_CTL_MOD}. */
    public static final int EPOLL_MODIFY = 3;

    private final SubmissionQueue queue;

    ControlOperations(SubmissionQueue queue) {
        this.queue = queue;
    }

    /** Nothing, which completes at once with 0. */
    public Submission prepareNop() {
        return queue.prepare(Operation.NOP, -1, 0, 0, 0, 0);
    }

    /**
     * Nothing, which completes at once with this result; a negative one counts as a failure, and
     * breaks a chain (6.10).
     */
    public Submission prepareNop(int result) {
        return queue.prepare(Operation.NOP, -1, 0, 0, result, NOP_RESULT);
    }

    /** Nothing, with a completion that is {@link Completion#LARGE} and carries these (6.18). */
    public Submission prepareNopLarge(long first, long second) {
        return queue.prepare(Operation.NOP, -1, first, second, 0, NOP_LARGE);
    }

    /**
     * Completes with {@code -ETIME} after so long, or with 0 once so many other completions have
     * come.
     *
     * @param completions 0 for time alone; with {@link #TIMEOUT_MULTISHOT} how often, 0 for ever
     * @param flags of the {@code TIMEOUT_} constants
     */
    public Submission prepareTimeout(long nanos, int completions, int flags) {
        return queue.prepare(Operation.TIMEOUT, -1, completions, besideTime(nanos), 1, flags);
    }

    /** Sets another time for a time-out in flight. */
    public Submission prepareTimeoutUpdate(long tokenOfTimeout, long nanos, int flags) {
        long time = besideTime(nanos);
        return queue.prepare(
                Operation.TIMEOUT_REMOVE, -1, time, tokenOfTimeout, 0, flags | TIMEOUT_UPDATE);
    }

    /** Takes a time-out back, which completes with {@code -ECANCELED}. */
    public Submission prepareTimeoutRemove(long tokenOfTimeout) {
        return queue.prepare(Operation.TIMEOUT_REMOVE, -1, 0, tokenOfTimeout, 0, 0);
    }

    /**
     * Cancels the entry before it, which has to be {@link Submission#link linked}, after so long.
     */
    public Submission prepareLinkTimeout(long nanos, int flags) {
        return queue.prepare(Operation.LINK_TIMEOUT, -1, 0, besideTime(nanos), 1, flags);
    }

    /** Sets another time for a {@link #prepareLinkTimeout} in flight. */
    public Submission prepareLinkTimeoutUpdate(long tokenOfTimeout, long nanos, int flags) {
        long time = besideTime(nanos);
        int update = flags | TIMEOUT_UPDATE | LINK_TIMEOUT_UPDATE;
        return queue.prepare(Operation.TIMEOUT_REMOVE, -1, time, tokenOfTimeout, 0, update);
    }

    private long besideTime(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("A time-out is not negative: " + nanos + " ns");
        }
        MemorySegment beside = queue.beside();
        long at = queue.besideNext();
        beside.set(JAVA_LONG, at, nanos / NANOS_PER_SECOND);
        beside.set(JAVA_LONG, at + 8, nanos % NANOS_PER_SECOND);
        return beside.address() + at;
    }

    /**
     * Cancels entries by their token; the result says how many with {@link #CANCEL_ALL}, else 0 or
     * {@code -ENOENT}, or {@code -EALREADY} for one that can no longer be stopped.
     */
    public Submission prepareCancel(long token, int flags) {
        return queue.prepare(Operation.ASYNC_CANCEL, -1, 0, token, 0, flags);
    }

    /** Cancels entries that use a descriptor. */
    public Submission prepareCancelDescriptor(int descriptor, int flags) {
        return queue.prepare(
                Operation.ASYNC_CANCEL, descriptor, 0, 0, 0, flags | CANCEL_DESCRIPTOR);
    }

    /** Cancels every entry in flight; the result is how many. */
    public Submission prepareCancelAny() {
        return queue.prepare(Operation.ASYNC_CANCEL, -1, 0, 0, 0, CANCEL_ANY | CANCEL_ALL);
    }

    /**
     * Waits until a descriptor is ready; the result is what for.
     *
     * @param events {@code POLLIN} and so on
     */
    public Submission preparePoll(int descriptor, int events) {
        return queue.prepare(Operation.POLL_ADD, descriptor, 0, 0, 0, events);
    }

    /** The same each time that it becomes ready. */
    public Submission preparePollMultishot(int descriptor, int events) {
        return queue.prepare(Operation.POLL_ADD, descriptor, 0, 0, POLL_MULTISHOT, events);
    }

    /** Waits for other events in a poll that is in flight. */
    public Submission preparePollUpdate(long tokenOfPoll, int events) {
        return queue.prepare(Operation.POLL_REMOVE, -1, 0, tokenOfPoll, POLL_UPDATE_EVENTS, events);
    }

    /** Takes a poll back, which completes with {@code -ECANCELED}. */
    public Submission preparePollRemove(long tokenOfPoll) {
        return queue.prepare(Operation.POLL_REMOVE, -1, 0, tokenOfPoll, 0, 0);
    }

    /** Puts a completion into another ring, with a token and a result of ours. */
    public Submission prepareMessage(int otherRing, int result, long token) {
        return queue.prepare(Operation.MSG_RING, otherRing, token, MESSAGE_DATA, result, 0);
    }

    /**
     * The same with flags of ours for its completion (6.3): of {@link Completion}, or whatever the
     * two rings agree on.
     */
    public Submission prepareMessage(int otherRing, int result, long token, int flags) {
        return queue.prepare(
                        Operation.MSG_RING,
                        otherRing,
                        token,
                        MESSAGE_DATA,
                        result,
                        MESSAGE_PASS_FLAGS)
                .fileIndex(flags);
    }

    /**
     * Puts a registered file of this ring into another one's table, whose completion carries the
     * token.
     *
     * @param toIndex in the other's table, or {@link FileOperations#ANY_FILE_INDEX}
     */
    public Submission prepareSendFile(int otherRing, int fileIndex, long token, int toIndex) {
        return queue.prepare(Operation.MSG_RING, otherRing, token, MESSAGE_FILE, 0, 0)
                .address3(fileIndex)
                .fileIndex(toIndex + 1);
    }

    /** Waits while the int at {@code at} has this value, until somebody wakes it. */
    public Submission prepareFutexWait(MemorySegment memory, long at, int value) {
        long address = Memory.address(memory, at, Integer.BYTES);
        return queue.prepare(
                        Operation.FUTEX_WAIT,
                        FUTEX_32_BITS | FUTEX_PRIVATE,
                        Integer.toUnsignedLong(value),
                        address,
                        0,
                        0)
                .address3(FUTEX_ALL);
    }

    /**
     * Waits until one of several ints is woken, while each has its value; the result is which one.
     *
     * @param waiters as {@link #setFutexWaiter} fills them in; until the entry is submitted
     * @param count of them, up to 128
     */
    public Submission prepareFutexWaitAny(MemorySegment waiters, int count) {
        long address = Memory.address(waiters, 0, (long) count * FUTEX_WAITER_BYTES);
        return queue.prepare(Operation.FUTEX_WAITV, 0, 0, address, count, 0);
    }

    /**
     * Fills in an element of a vector for {@link #prepareFutexWaitAny}: {@code struct futex_waitv}
     * ({@code linux/futex.h}).
     *
     * <pre>
     *   0       8         16      20         24
     *   | value | address | flags | reserved |
     * </pre>
     */
    public static void setFutexWaiter(
            MemorySegment waiters, int index, MemorySegment memory, long at, int value) {
        long address = Memory.address(memory, at, Integer.BYTES);
        MemorySegment into = waiters.asSlice((long) index * FUTEX_WAITER_BYTES, FUTEX_WAITER_BYTES);
        into.set(JAVA_LONG, 0, Integer.toUnsignedLong(value));
        into.set(JAVA_LONG, 8, address);
        into.set(JAVA_LONG, 16, FUTEX_32_BITS | FUTEX_PRIVATE);
    }

    /** Wakes up to so many that wait at an int; the result is how many. */
    public Submission prepareFutexWake(MemorySegment memory, long at, int waiters) {
        long address = Memory.address(memory, at, Integer.BYTES);
        return queue.prepare(
                        Operation.FUTEX_WAKE, FUTEX_32_BITS | FUTEX_PRIVATE, waiters, address, 0, 0)
                .address3(FUTEX_ALL);
    }

    /**
     * {@code waitid}: waits for a child process to change its state.
     *
     * @param into {@code siginfo_t}, 128 bytes, until the completion
     */
    public Submission prepareWaitProcess(int idType, int id, MemorySegment into, int options) {
        long answer = Memory.address(into, 0, 128);
        return queue.prepare(Operation.WAITID, id, answer, 0, idType, 0).fileIndex(options);
    }

    /**
     * {@code epoll_ctl}.
     *
     * @param change {@link #EPOLL_ADD}, {@link #EPOLL_REMOVE} or {@link #EPOLL_MODIFY}
     * @param events {@code EPOLLIN} and so on
     * @param data what {@code epoll_wait} answers for the descriptor
     */
    public Submission prepareEpollControl(
            int epoll, int change, int descriptor, int events, long data) {
        MemorySegment beside = queue.beside();
        long at = queue.besideNext();
        // struct epoll_event is packed on x86 alone, where its data lie at 4.
        beside.set(JAVA_INT, at, events);
        beside.set(JAVA_LONG_UNALIGNED, at + EpollEvent.DATA_AT, data);
        return queue.prepare(
                Operation.EPOLL_CTL, epoll, descriptor, beside.address() + at, change, 0);
    }

    /**
     * {@code epoll_wait} without a time-out, for a program that moves from epoll to rings bit by
     * bit (6.15); the result is how many events there are.
     *
     * @param into {@code struct epoll_event}, as many as fit, until the completion
     */
    public Submission prepareEpollWait(int epoll, MemorySegment into) {
        int count = Math.toIntExact(into.byteSize() / EpollEvent.BYTES);
        return queue.prepare(Operation.EPOLL_WAIT, epoll, 0, Memory.address(into), count, 0);
    }
}
