package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

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

    private static final int TIMEOUT_UPDATE = 1 << 1;
    private static final int CANCEL_DESCRIPTOR = 1 << 1;
    private static final int CANCEL_ANY = 1 << 2;
    private static final int POLL_MULTISHOT = 1;
    private static final int POLL_UPDATE_EVENTS = 1 << 1;
    private static final int MESSAGE_DATA = 0;
    private static final int MESSAGE_FILE = 1;
    private static final int FUTEX_32_BITS = 2;
    private static final int FUTEX_PRIVATE = 128;
    private static final long FUTEX_ALL = 0xffff_ffffL;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final SubmissionQueue queue;

    ControlOperations(SubmissionQueue queue) {
        this.queue = queue;
    }

    /** Nothing, which completes at once with 0. */
    public Submission prepareNop() {
        return queue.prepare(Operation.NOP, -1, 0, 0, 0, 0);
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
}
