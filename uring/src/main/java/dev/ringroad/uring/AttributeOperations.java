package dev.ringroad.uring;

import java.lang.foreign.MemorySegment;

/**
 * Entries about extended attributes of files; results are those of the system calls. Names and
 * paths are text with a zero byte at its end; they stay, as the values do, until the completion.
 */
public final class AttributeOperations {
    private final SubmissionQueue queue;

    AttributeOperations(SubmissionQueue queue) {
        this.queue = queue;
    }

    /**
     * {@code setxattr}.
     *
     * @param flags 0, 1 ({@code XATTR_CREATE}) or 2 ({@code XATTR_REPLACE})
     */
    public Submission prepareSet(
            MemorySegment path, MemorySegment name, MemorySegment value, int flags) {
        long file = Memory.text(path);
        return attribute(Operation.SETXATTR, -1, name, value, flags).address3(file);
    }

    /** {@code fsetxattr}. */
    public Submission prepareSet(int file, MemorySegment name, MemorySegment value, int flags) {
        return attribute(Operation.FSETXATTR, file, name, value, flags);
    }

    /** {@code getxattr}; the result is how many bytes the value has. */
    public Submission prepareGet(MemorySegment path, MemorySegment name, MemorySegment into) {
        long file = Memory.text(path);
        return attribute(Operation.GETXATTR, -1, name, into, 0).address3(file);
    }

    /** {@code fgetxattr}. */
    public Submission prepareGet(int file, MemorySegment name, MemorySegment into) {
        return attribute(Operation.FGETXATTR, file, name, into, 0);
    }

    private Submission attribute(
            Operation operation, int file, MemorySegment name, MemorySegment value, int flags) {
        int bytes = Math.toIntExact(value.byteSize());
        long data = Memory.address(value);
        return queue.prepare(operation, file, data, Memory.text(name), bytes, flags);
    }
}
