package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/**
 * The entry that was prepared last. There is one object a ring, so it is of use until the next
 * entry is prepared or the ring submitted, and no longer.
 */
public final class Submission {
    private static final int FIXED_FILE = 1;
    private static final int DRAIN = 1 << 1;
    private static final int LINK = 1 << 2;
    private static final int HARD_LINK = 1 << 3;
    private static final int ASYNC = 1 << 4;
    private static final int SELECT_BUFFER = 1 << 5;
    private static final int SKIP_ON_SUCCESS = 1 << 6;

    private static final int FLAGS_AT = 1;
    private static final int PRIORITY_AT = 2;
    private static final int TOKEN_AT = 32;
    private static final int BUFFER_AT = 40;
    private static final int PERSONALITY_AT = 42;
    private static final int FILE_INDEX_AT = 44;
    private static final int ADDRESS3_AT = 48;
    private static final int COMMAND_AT = 48;

    private final SubmissionQueue queue;

    Submission(SubmissionQueue queue) {
        this.queue = queue;
    }

    /** What its completions carry; 0 unless set. */
    public Submission token(long token) {
        entries().set(JAVA_LONG_UNALIGNED, at(TOKEN_AT), token);
        return this;
    }

    /** The descriptor is the index of a registered file. */
    public Submission fixedFile() {
        return flag(FIXED_FILE);
    }

    /**
     * Begins when all entries before it are done; those behind it wait for it. Multishot entries
     * count until they end, so that on the loop of a {@link UringThread}, which has one to be woken
     * by, it never begins.
     */
    public Submission drain() {
        return flag(DRAIN);
    }

    /** The next entry begins when this one is done, and is cancelled when this one fails. */
    public Submission link() {
        return flag(LINK);
    }

    /** The next entry begins when this one is done, however it ends. */
    public Submission hardLink() {
        return flag(HARD_LINK);
    }

    /** Goes to a worker thread of the kernel at once, for what is sure to block. */
    public Submission async() {
        return flag(ASYNC);
    }

    /** Has no completion unless it fails. */
    public Submission skipOnSuccess() {
        return flag(SKIP_ON_SUCCESS);
    }

    /** Takes its buffer from a group when it has use for one. */
    public Submission bufferGroup(int group) {
        return registeredBuffer(group).flag(SELECT_BUFFER); // one field for both
    }

    /** Runs with registered rights. */
    public Submission personality(int personality) {
        entries().set(JAVA_SHORT, at(PERSONALITY_AT), (short) personality);
        return this;
    }

    /** What it asks for, as the kernel will read it. */
    int operationCode() {
        return Byte.toUnsignedInt(entries().get(JAVA_BYTE, at(0)));
    }

    Submission registeredBuffer(int index) {
        entries().set(JAVA_SHORT, at(BUFFER_AT), (short) index);
        return this;
    }

    Submission priority(int bits) {
        MemorySegment entries = entries();
        long at = at(PRIORITY_AT);
        entries.set(JAVA_SHORT, at, (short) (entries.get(JAVA_SHORT, at) | bits));
        return this;
    }

    Submission fileIndex(int index) {
        entries().set(JAVA_INT, at(FILE_INDEX_AT), index);
        return this;
    }

    Submission address3(long value) {
        entries().set(JAVA_LONG, at(ADDRESS3_AT), value);
        return this;
    }

    /** The part of an entry that is a driver's to define; what the body leaves is zero. */
    void command(MemorySegment body, int bytesMax) {
        MemorySegment into = entries().asSlice(at(COMMAND_AT), bytesMax);
        into.fill((byte) 0);
        into.copyFrom(body);
    }

    private Submission flag(int flag) {
        MemorySegment entries = entries();
        long at = at(FLAGS_AT);
        entries.set(JAVA_BYTE, at, (byte) (entries.get(JAVA_BYTE, at) | flag));
        return this;
    }

    private MemorySegment entries() {
        return queue.entries();
    }

    private long at(int field) {
        return queue.entryAt() + field;
    }
}
