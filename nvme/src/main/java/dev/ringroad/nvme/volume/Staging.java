package dev.ringroad.nvme.volume;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Memory for the pages that a commit writes: collected under a lock, written without it. It grows
 * to the largest commit, which {@link DirtyPages} bounds, and stays.
 */
final class Staging implements AutoCloseable {
    private static final int PAGES_OF_CHUNK = 64;

    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> chunks = new ArrayList<>();
    private final MemorySegment superblock = arena.allocate(Page.BYTES, Page.BYTES);
    private long[] numbers = new long[PAGES_OF_CHUNK];
    private int count;

    /** Begins anew. */
    void clear() {
        count = 0;
    }

    int count() {
        return count;
    }

    /** Memory for one more page, to be written to that place. */
    Page next(long number) {
        if (count == chunks.size() * PAGES_OF_CHUNK) {
            chunks.add(arena.allocate((long) PAGES_OF_CHUNK * Page.BYTES, Page.BYTES));
        }
        if (count == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * count);
        }
        numbers[count] = number;
        return new Page(memory(count++, 1));
    }

    /** Where the page of that index belongs. */
    long number(int index) {
        return numbers[index];
    }

    /** The memory of pages that lie behind each other. */
    MemorySegment memory(int first, int pages) {
        return chunks.get(first / PAGES_OF_CHUNK)
                .asSlice((long) (first % PAGES_OF_CHUNK) * Page.BYTES, (long) pages * Page.BYTES);
    }

    /** Whether the memory from one page to another is in one piece. */
    boolean isBehind(int first, int other) {
        return first / PAGES_OF_CHUNK == other / PAGES_OF_CHUNK;
    }

    /** Memory for the superblock. */
    MemorySegment superblock() {
        return superblock;
    }

    @Override
    public void close() {
        arena.close();
    }
}
