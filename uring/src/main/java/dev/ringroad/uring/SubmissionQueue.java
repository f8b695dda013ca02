package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Set;

/**
 * The entries that the kernel reads.
 *
 * <pre>
 *   struct io_uring_sqe (linux/io_uring.h), 64 bytes, or 128 with {@link SetupFlag#SQE128}
 *   0        1       2        4            8          16        24       28         32
 *   | opcode | flags | ioprio | descriptor | offset   | address | length | op flags | token |
 *
 *   40             42            44           48        56
 *   | buffer index | personality | file index | address3 | (pad)       |
 * </pre>
 *
 * <p>We move the tail, with release behind the entries; the kernel moves the head, which we load
 * with acquire before an entry is used again. Each entry has memory beside it for what it points at
 * and the kernel reads once, such as a time-out or an address: it is free again when the entry is.
 */
final class SubmissionQueue {
    static final int ENTRY_BYTES = 64;
    static final int LARGE_ENTRY_BYTES = 128;

    /** {@code struct sockaddr_storage}, the largest thing that lies beside an entry. */
    static final int BESIDE_BYTES = 128;

    private static final VarHandle CURSOR = JAVA_INT.varHandle().withInvokeExactBehavior();

    private static final ValueLayout.OfLong FIELD = ValueLayout.JAVA_LONG_UNALIGNED;

    private static final int FLAG_NEED_WAKEUP = 1;
    private static final int FLAG_COMPLETION_OVERFLOW = 1 << 1;
    private static final int FLAG_TASKRUN = 1 << 2;

    private static final long FIRST_AT = 0;
    private static final long OFFSET_AT = 8;
    private static final long ADDRESS_AT = 16;
    private static final long LENGTH_AT = 24;
    private static final long TOKEN_AT = 32;
    private static final long BUFFER_AT = 40;
    private static final long ADDRESS3_AT = 48;
    private static final long PAD_AT = 56;

    private final long entryBytes;
    private final boolean hasArray;
    private final Submission submission = new Submission(this);

    private MemorySegment ring;
    private MemorySegment entries;
    private MemorySegment beside;
    private long headAt;
    private long tailAt;
    private long flagsAt;
    private int size;
    private int mask;

    private int tail;
    private int headSeen;
    private long entryAt;

    @SuppressWarnings("NullAway.Init") // attach() fills in the rest
    SubmissionQueue(RingMappings mappings, RingParameters parameters, Set<SetupFlag> flags) {
        entryBytes = entryBytes(flags);
        hasArray = !flags.contains(SetupFlag.NO_SQARRAY);
        attach(mappings, parameters);
    }

    static int entryBytes(Set<SetupFlag> flags) {
        return flags.contains(SetupFlag.SQE128) ? LARGE_ENTRY_BYTES : ENTRY_BYTES;
    }

    /** Takes the memory of a ring that was made, or resized; nothing may be pending. */
    void attach(RingMappings mappings, RingParameters parameters) {
        ring = mappings.rings();
        entries = mappings.entries();
        beside = mappings.beside();
        headAt = parameters.submissionHeadAt();
        tailAt = parameters.submissionTailAt();
        flagsAt = parameters.submissionFlagsAt();
        size = parameters.submissionEntries();
        mask = size - 1;
        tail = (int) CURSOR.getAcquire(ring, tailAt);
        headSeen = tail;
        if (hasArray) {
            for (int i = 0; i < size; i++) {
                ring.set(JAVA_INT, parameters.submissionArrayAt() + (long) i * Integer.BYTES, i);
            }
        }
    }

    int size() {
        return size;
    }

    boolean hasLargeEntries() {
        return entryBytes == LARGE_ENTRY_BYTES;
    }

    /** How many entries can be prepared before the next submission. */
    int free() {
        headSeen = headAcquire();
        return size - (tail - headSeen);
    }

    /** How many are prepared and not taken by the kernel yet. */
    int pending() {
        return tail - headAcquire();
    }

    private int headAcquire() {
        return (int) CURSOR.getAcquire(ring, headAt);
    }

    Submission prepare(
            Operation operation,
            int descriptor,
            long offset,
            long address,
            int length,
            int operationFlags) {
        int next = tail;
        if (next - headSeen == size && free() == 0) {
            throw new IllegalStateException(
                    "All "
                            + size
                            + " entries are prepared already; submit() them first, free() tells");
        }
        long at = (next & mask) * entryBytes;
        // No slice of the entry: an object an entry, where the compilers inline less.
        MemorySegment into = entries;
        into.set(FIELD, at + FIRST_AT, operation.code() | (long) descriptor << 32);
        into.set(FIELD, at + OFFSET_AT, offset);
        into.set(FIELD, at + ADDRESS_AT, address);
        into.set(
                FIELD,
                at + LENGTH_AT,
                Integer.toUnsignedLong(length) | (long) operationFlags << 32);
        into.set(FIELD, at + TOKEN_AT, 0);
        into.set(FIELD, at + BUFFER_AT, 0);
        into.set(FIELD, at + ADDRESS3_AT, 0);
        into.set(FIELD, at + PAD_AT, 0);
        entryAt = at;
        tail = next + 1;
        return submission;
    }

    /** Where what the next entry points at may be put; {@link #BESIDE_BYTES} from there. */
    long besideNext() {
        return (long) (tail & mask) * BESIDE_BYTES;
    }

    MemorySegment beside() {
        return beside;
    }

    MemorySegment entries() {
        return entries;
    }

    /** Where the entry that was prepared last begins in {@link #entries}. */
    long entryAt() {
        return entryAt;
    }

    /** Shows the kernel what is prepared; returns how much it has not taken yet. */
    int publish() {
        CURSOR.setRelease(ring, tailAt, tail);
        return tail - headAcquire();
    }

    /**
     * Whether the kernel's thread sleeps and has to be woken; to be asked after {@link #publish}.
     */
    boolean needsWakeup() {
        // The thread says that it will sleep and looks at the tail once more; we have moved the
        // tail and look at what it says. Without a full fence both could miss the other's store.
        VarHandle.fullFence();
        return (flags() & FLAG_NEED_WAKEUP) != 0;
    }

    /** Whether completions are there that only a call brings into the queue. */
    boolean wantsCall() {
        return (flags() & (FLAG_COMPLETION_OVERFLOW | FLAG_TASKRUN)) != 0;
    }

    private int flags() {
        return (int) CURSOR.getAcquire(ring, flagsAt);
    }
}
