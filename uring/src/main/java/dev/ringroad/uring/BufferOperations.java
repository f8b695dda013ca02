package dev.ringroad.uring;

import java.lang.foreign.MemorySegment;

/**
 * Entries that give buffers to a group one by one, as kernels before 5.19 know it. A {@link
 * BufferGroup} does without entries and is quicker; a group is either one or the other.
 */
public final class BufferOperations {
    private final SubmissionQueue queue;

    BufferOperations(SubmissionQueue queue) {
        this.queue = queue;
    }

    /**
     * Gives the kernel buffers that lie behind each other; the result is 0.
     *
     * @param memory stays until a completion has named each buffer, or they are taken back
     * @param bufferBytes of each; as many as fit into the memory are given
     * @param firstId of the first, the others count up; to 65535
     */
    public Submission prepareProvide(
            MemorySegment memory, int bufferBytes, int group, int firstId) {
        if (bufferBytes < 1 || bufferBytes > memory.byteSize()) {
            throw new IllegalArgumentException(
                    "Buffers of "
                            + bufferBytes
                            + " bytes do not fit into "
                            + memory.byteSize()
                            + " bytes");
        }
        int count = Math.toIntExact(memory.byteSize() / bufferBytes);
        long address = Memory.address(memory);
        return queue.prepare(Operation.PROVIDE_BUFFERS, count, firstId, address, bufferBytes, 0)
                .registeredBuffer(group); // one field for both
    }

    /** Takes buffers back; the result is how many there were, up to {@code count}. */
    public Submission prepareRemove(int group, int count) {
        return queue.prepare(Operation.REMOVE_BUFFERS, count, 0, 0, 0, 0).registeredBuffer(group);
    }
}
