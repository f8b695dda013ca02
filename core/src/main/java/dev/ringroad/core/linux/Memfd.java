package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Files that live in memory only, their size and their seals ({@code memfd_create(2)}, {@code
 * fcntl(2)}).
 */
public final class Memfd {
    /** {@code F_SEAL_SEAL}: no further seals. */
    public static final int SEAL_SEAL = 1;

    /**
     * {@code F_SEAL_SHRINK}: the file keeps its size. Ordinary pages that are mapped stay there
     * then: where somebody punches a hole, a zeroed page comes at the next touch. One of hugetlbfs
     * comes only if one is free.
     */
    public static final int SEAL_SHRINK = 2;

    /** {@code F_SEAL_GROW}. */
    public static final int SEAL_GROW = 4;

    /** {@code F_SEAL_WRITE}: nobody writes, or punches holes. */
    public static final int SEAL_WRITE = 8;

    /** {@code F_SEAL_FUTURE_WRITE}: the same, but for what is mapped writable already. */
    public static final int SEAL_FUTURE_WRITE = 16;

    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int MFD_HUGETLB = 4;
    private static final int MFD_HUGE_SHIFT = 26;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_GET_SEALS = 1034;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_SIZE = 0x200;
    private static final long STATX_BYTES = 256;
    private static final long STATX_SIZE_OFFSET = 40;
    private static final long STATFS_BYTES = 120;
    private static final long STATFS_TYPE_OFFSET = 0;
    private static final long STATFS_BLOCK_OFFSET = 8;
    private static final long HUGETLBFS_MAGIC = 0x958458f6L;

    private static final MethodHandle MEMFD_CREATE =
            Native.link("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle FTRUNCATE =
            Native.link("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle FALLOCATE =
            Native.link(
                    "posix_fallocate",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle STATX =
            Native.link(
                    "statx",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle FSTATFS =
            Native.link("fstatfs", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    private Memfd() {}

    /**
     * Creates an empty file in memory that can be sealed.
     *
     * @param name shown in /proc, need not be unique
     * @param pageBytes the size of its pages; more than 4096 asks for hugepages of that size
     */
    public static Descriptor create(String name, long pageBytes) throws SystemCallException {
        int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
        if (pageBytes > Mappings.ORDINARY_PAGE_BYTES) {
            flags |= MFD_HUGETLB | Long.numberOfTrailingZeros(pageBytes) << MFD_HUGE_SHIFT;
        }
        MemorySegment capture = Native.capture();
        int result;
        try (Arena arena = Arena.ofConfined()) {
            result = (int) MEMFD_CREATE.invokeExact(capture, arena.allocateFrom(name), flags);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        return Descriptor.adopt(
                Native.check(Native.result(result, capture), "memfd_create(" + name + ")", ""));
    }

    /** Sets the size of a file. */
    public static void resize(Descriptor file, long bytes) throws SystemCallException {
        MemorySegment capture = Native.capture();
        int result;
        try {
            result =
                    Native.result(
                            (int) FTRUNCATE.invokeExact(capture, file.number(), bytes), capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        Native.check(result, "ftruncate(" + bytes + " bytes)", "");
    }

    /**
     * Grows a file to at least {@code bytes} and reserves all its blocks, so that no later store
     * can lack space.
     */
    public static void reserve(Descriptor file, long bytes) throws SystemCallException {
        int errno;
        try {
            errno = (int) FALLOCATE.invokeExact(Native.capture(), file.number(), 0L, bytes);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        Native.check(-errno, "posix_fallocate(" + bytes + " bytes)", "");
    }

    /** The size of an open file. */
    public static long byteSize(Descriptor file) throws SystemCallException {
        MemorySegment capture = Native.capture();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stat = arena.allocate(STATX_BYTES, Long.BYTES);
            MemorySegment empty = arena.allocateFrom("");
            int result =
                    (int)
                            STATX.invokeExact(
                                    capture, file.number(), empty, AT_EMPTY_PATH, STATX_SIZE, stat);
            Native.check(Native.result(result, capture), "statx(" + file + ")", "");
            return stat.get(JAVA_LONG, STATX_SIZE_OFFSET);
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * The size of the pages that back an open file: that of its hugepages on hugetlbfs, else the
     * ordinary one.
     */
    public static long pageBytes(Descriptor file) throws SystemCallException {
        MemorySegment capture = Native.capture();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stat = arena.allocate(STATFS_BYTES, Long.BYTES);
            int result = (int) FSTATFS.invokeExact(capture, file.number(), stat);
            Native.check(Native.result(result, capture), "fstatfs(" + file + ")", "");
            boolean huge = stat.get(JAVA_LONG, STATFS_TYPE_OFFSET) == HUGETLBFS_MAGIC;
            return huge ? stat.get(JAVA_LONG, STATFS_BLOCK_OFFSET) : Mappings.ORDINARY_PAGE_BYTES;
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Adds seals, a union of the {@code SEAL_} constants. */
    public static void seal(Descriptor file, int seals) throws SystemCallException {
        Native.check(file.control(F_ADD_SEALS, seals), "fcntl(F_ADD_SEALS)", "");
    }

    /**
     * Whether a file is in memory, on tmpfs or hugetlbfs, which only such a one's answer to the
     * question for seals tells. No file server of somebody else's is asked.
     */
    public static boolean isInMemory(Descriptor file) {
        return isInMemory(file.number());
    }

    static boolean isInMemory(int number) {
        return Descriptor.control(number, F_GET_SEALS, 0) >= 0;
    }

    /** The seals of a file; 0 also for a file that cannot have any. */
    public static int seals(Descriptor file) {
        return Math.max(0, file.control(F_GET_SEALS, 0));
    }
}
