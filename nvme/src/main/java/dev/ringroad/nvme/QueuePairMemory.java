package dev.ringroad.nvme;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.memory.DmaSpace;
import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.SubmissionEntry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * What a queue pair and its controller share, allocated once: both rings, the lists of all trackers
 * and, for the admin queue, room for data; each at the begin of a page.
 *
 * <pre>
 *   | submission ring, 64 bytes an entry | completion ring, 16 | lists, one a tracker | data |
 * </pre>
 */
final class QueuePairMemory {
    private static final int ORDINARY_PAGE = 4096;

    private final DmaMemory memory;
    private final long begin;
    private final int entries;
    private final int depth;
    private final int listBytes;
    private final int pageBytes;
    private final int sgl;
    private final long completionsAt;
    private final long listsAt;
    private final long dataAt;
    private final int dataBytes;
    private final @Nullable ControllerMemory controllerMemory;
    private final long controllerMemoryAt;

    private QueuePairMemory(
            Shape shape,
            DmaMemory memory,
            @Nullable ControllerMemory controllerMemory,
            long controllerMemoryAt) {
        this.memory = memory;
        this.controllerMemory = controllerMemory;
        this.controllerMemoryAt = controllerMemoryAt;
        entries = shape.entries();
        depth = shape.depth();
        pageBytes = shape.pageBytes();
        sgl = shape.sgl();
        listBytes = DataPointers.listBytes(shape.transferBytesMax(), pageBytes);
        // Device addresses begin with an ordinary page; the controller's may be larger.
        begin = -memory.deviceAddress(0) & pageBytes - 1;
        completionsAt = begin + shape.submissionBytes();
        listsAt = completionsAt + shape.completionBytes();
        dataAt = listsAt + shape.listsBytes(listBytes);
        dataBytes = shape.dataBytes();
    }

    /**
     * @param depth of trackers
     * @param entries of both rings, a power of two, more than {@code depth}
     * @param transferBytesMax how long a transfer the lists are for
     * @param sgl as in {@link DataPointers}
     * @param dataBytes room for data, a multiple of the page
     */
    record Shape(
            int depth, int entries, int pageBytes, long transferBytesMax, int sgl, int dataBytes) {
        long submissionBytes() {
            return pages((long) entries * SubmissionEntry.BYTES);
        }

        long completionBytes() {
            return pages((long) entries * CompletionEntry.BYTES);
        }

        long listsBytes(int listBytes) {
            return pages((long) depth * listBytes);
        }

        private long pages(long bytes) {
            return bytes + pageBytes - 1 & -(long) pageBytes;
        }
    }

    /**
     * Allocates it.
     *
     * @param controllerMemory where to put the submission ring, when there is room
     */
    static QueuePairMemory allocate(
            DmaSpace space, String name, Shape shape, @Nullable ControllerMemory controllerMemory)
            throws IOException {
        int listBytes = DataPointers.listBytes(shape.transferBytesMax(), shape.pageBytes());
        long bytes =
                shape.submissionBytes()
                        + shape.completionBytes()
                        + shape.listsBytes(listBytes)
                        + shape.dataBytes()
                        + (shape.pageBytes() - ORDINARY_PAGE);
        DmaMemory memory = space.allocate(name, bytes);
        long at =
                controllerMemory == null
                        ? -1
                        : controllerMemory.allocate(shape.submissionBytes(), shape.pageBytes());
        return new QueuePairMemory(shape, memory, at < 0 ? null : controllerMemory, at);
    }

    int depth() {
        return depth;
    }

    int entries() {
        return entries;
    }

    SubmissionQueue submissions(Doorbell doorbell) {
        MemorySegment ring =
                memory.segment().asSlice(begin, (long) entries * SubmissionEntry.BYTES);
        return controllerMemory == null
                ? new SubmissionQueue(ring, doorbell, null, 0)
                : new SubmissionQueue(
                        ring, doorbell, controllerMemory.window(), controllerMemoryAt);
    }

    CompletionQueue completions(Doorbell doorbell) {
        long bytes = (long) entries * CompletionEntry.BYTES;
        return new CompletionQueue(memory.segment().asSlice(completionsAt, bytes), depth, doorbell);
    }

    DataPointers pointers() {
        return new DataPointers(memory, listsAt, depth, listBytes, pageBytes, sgl);
    }

    /** Where the controller finds the submission ring. */
    long submissionsAddress() {
        return controllerMemory == null
                ? memory.deviceAddress(begin)
                : controllerMemory.deviceAddress(controllerMemoryAt);
    }

    long completionsAddress() {
        return memory.deviceAddress(completionsAt);
    }

    boolean inControllerMemory() {
        return controllerMemory != null;
    }

    /** The memory that {@link #dataAt} is in. */
    DmaMemory memory() {
        return memory;
    }

    long dataAt() {
        return dataAt;
    }

    int dataBytes() {
        return dataBytes;
    }

    void close() {
        if (controllerMemory != null) {
            controllerMemory.free(controllerMemoryAt, completionsAt - begin);
        }
        memory.close();
    }
}
