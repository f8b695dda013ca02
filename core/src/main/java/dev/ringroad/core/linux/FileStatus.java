package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What the kernel knows of a file ({@code statx(2)}), asked again and again into the same memory.
 * Not for several threads at once; the memory is its arena's, or the caller's.
 *
 * <pre>
 *   struct statx (linux/stat.h), 256 bytes
 *   0      4            8            16      20    24    28     30       32      40      48
 *   | mask | block size | attributes | links | uid | gid | mode | spare  | inode | bytes | blocks |
 *
 *   56              64             80      96       112       128             136             140
 *   | attributes .. | accessed     | born  | changed| modified | device of a special file | device |
 *
 *   144     152              156
 *   | mount | direct: memory | direct: positions |
 * </pre>
 */
public final class FileStatus {
    /** Of {@link #kind}: {@code S_IFMT} and its values ({@code linux/stat.h}). */
    public static final int DIRECTORY = 0040000;

    public static final int REGULAR = 0100000;
    public static final int SYMBOLIC_LINK = 0120000;
    public static final int BLOCK_DEVICE = 0060000;

    /** {@code sizeof(struct statx)}. */
    public static final int BYTES = 256;

    /** {@code AT_EMPTY_PATH}: of the descriptor itself. */
    public static final int EMPTY_PATH = 0x1000;

    /** {@code STATX_DIOALIGN}, to be asked for besides what everybody asks for (6.1). */
    public static final int DIRECT_ALIGNMENT = 0x2000;

    private static final int KIND = 0170000;
    private static final int PERMISSIONS = 07777;
    private static final int BASIC = 0x7ff;
    private static final int BLOCK_BYTES = 512;
    private static final int NO_FOLLOW = 0x100;

    private static final MethodHandle STATX =
            Native.link(
                    "statx",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));

    private static final MemorySegment NO_PATH = Arena.global().allocate(1);

    private final MemorySegment memory;

    /** Takes memory for one answer. */
    public FileStatus(Arena arena) {
        this(arena.allocate(BYTES, Long.BYTES));
    }

    /**
     * Puts answers into memory of the caller's, or reads what a ring has had the kernel put there.
     *
     * @param memory of {@link #BYTES} or more, aligned to 8
     */
    public FileStatus(MemorySegment memory) {
        this.memory = memory.asSlice(0, BYTES, Long.BYTES);
    }

    /**
     * Asks about a file.
     *
     * @param path text with a zero byte at its end, from {@code directory} on
     * @param follow whether a symbolic link at the end of the path is followed
     * @return 0 or the negated errno
     */
    public int ask(int directory, MemorySegment path, boolean follow) {
        return statx(directory, path, follow ? 0 : NO_FOLLOW);
    }

    /** Asks about an open file. */
    public int ask(int descriptor) {
        return statx(descriptor, NO_PATH, EMPTY_PATH);
    }

    private int statx(int directory, MemorySegment path, int flags) {
        MemorySegment capture = Native.capture();
        try {
            int done = (int) STATX.invokeExact(capture, directory, path, flags, BASIC, memory);
            return Native.result(done, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@link #DIRECTORY}, {@link #REGULAR}, {@link #SYMBOLIC_LINK} and so on. */
    public int kind() {
        return mode() & KIND;
    }

    /** The twelve bits that {@code chmod} sets. */
    public int permissions() {
        return mode() & PERMISSIONS;
    }

    private int mode() {
        return Short.toUnsignedInt(memory.get(JAVA_SHORT, 28));
    }

    /** Its length. */
    public long bytes() {
        return memory.get(JAVA_LONG, 40);
    }

    /** What it takes on the disk; less than {@link #bytes} when it has holes. */
    public long bytesOnDisk() {
        return memory.get(JAVA_LONG, 48) * BLOCK_BYTES;
    }

    /** What is best read and written at once. */
    public int blockBytes() {
        return memory.get(JAVA_INT, 4);
    }

    /** Whether {@link #DIRECT_ALIGNMENT} was asked for and the kernel knows it. */
    public boolean tellsDirectAlignment() {
        return (memory.get(JAVA_INT, 0) & DIRECT_ALIGNMENT) != 0;
    }

    /** What addresses of direct requests are multiples of; 0 when the file takes none. */
    public int directMemoryAlignment() {
        return memory.get(JAVA_INT, 152);
    }

    /** What positions and lengths of direct requests are multiples of. */
    public int directPositionAlignment() {
        return memory.get(JAVA_INT, 156);
    }

    /** How many names it has. */
    public int names() {
        return memory.get(JAVA_INT, 16);
    }

    /** Its number on its {@link #device}. */
    public long inode() {
        return memory.get(JAVA_LONG, 32);
    }

    /** Which file system it is on. */
    public long device() {
        return memory.get(JAVA_LONG, 136);
    }

    /** When it was read last, in seconds of the epoch. */
    public long accessedSeconds() {
        return memory.get(JAVA_LONG, 64);
    }

    /** And the nanoseconds behind those. */
    public int accessedNanos() {
        return memory.get(JAVA_INT, 72);
    }

    /** When it was written last, in seconds of the epoch. */
    public long modifiedSeconds() {
        return memory.get(JAVA_LONG, 112);
    }

    /** And the nanoseconds behind those. */
    public int modifiedNanos() {
        return memory.get(JAVA_INT, 120);
    }
}
