package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.core.linux.IoUring;
import dev.ringroad.core.linux.SystemCallException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The registered files of a ring: places that hold a file each, or none. The kernel keeps a file
 * open for as long as it has a place, whatever becomes of the descriptor. Owned by the ring's
 * thread.
 */
public final class FileTable {
    private static final int FILE_RANGE_BYTES = 16;

    private final int ring;
    private final int size;

    private FileTable(int ring, int size) {
        this.ring = ring;
        this.size = size;
    }

    static FileTable create(int ring, int size) throws SystemCallException {
        Registration.sparse(ring, Registration.FILES, size, "files");
        return new FileTable(ring, size);
    }

    /** Puts a file into a place, from which one that was there before is taken. */
    public void set(int index, int descriptor) throws SystemCallException {
        Objects.checkIndex(index, size);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(JAVA_INT, descriptor);
            Registration.update(ring, Registration.UPDATE_FILES, index, one, 1, "file");
        }
    }

    /** Empties a place. */
    public void clear(int index) throws SystemCallException {
        set(index, -1);
    }

    /** Which places the kernel may choose itself, see {@link FileOperations#ANY_FILE_INDEX}. */
    public void chooseFrom(int first, int count) throws SystemCallException {
        Objects.checkFromIndexSize(first, count, size);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment range = arena.allocate(FILE_RANGE_BYTES, Long.BYTES);
            range.set(JAVA_INT, 0, first);
            range.set(JAVA_INT, 4, count);
            range.set(JAVA_LONG, 8, 0);
            int done = IoUring.register(ring, Registration.FILE_RANGE, range, 0);
            Registration.check(done, "places for the kernel to choose from");
        }
    }

    /** How many places there are. */
    public int size() {
        return size;
    }
}
