package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory mappings as plain addresses ({@code mmap(2)}, {@code madvise(2)}, {@code mbind(2)}). Only
 * {@code core.memory} turns such an address into a segment.
 */
public final class Mappings {
    /** The smallest page. */
    public static final long ORDINARY_PAGE_BYTES = 4096;

    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int PROT_NONE = 0;
    private static final int MAP_SHARED = 1;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_FIXED = 0x10;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int MAP_NORESERVE = 0x4000;
    private static final int NO_FILE = -1;
    private static final int MADV_POPULATE_READ = 22;
    private static final int MADV_POPULATE_WRITE = 23;
    private static final int MADV_COLLAPSE = 25;
    private static final int MPOL_BIND = 2;
    private static final int MPOL_MF_STRICT = 1;
    private static final int NODES_MAX = 1024;

    private static final MethodHandle MMAP =
            Native.link(
                    "mmap",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                            JAVA_LONG));
    private static final MethodHandle MUNMAP =
            Native.link("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle MADVISE =
            Native.link("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MLOCK =
            Native.link("mlock", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle MBIND =
            Native.linkVariadic(
                    "syscall",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS,
                            JAVA_LONG, JAVA_LONG),
                    1);

    private static final AtomicLong MAPPED_BYTES = new AtomicLong();

    private Mappings() {}

    /**
     * Maps the first {@code bytes} of a file, shared.
     *
     * @return the address
     */
    public static long map(Descriptor file, long bytes, boolean writable, String remedy)
            throws SystemCallException {
        return map(file, 0, bytes, writable, remedy);
    }

    /**
     * Maps {@code bytes} of a file, or of what a driver or socket offers under that offset, shared.
     *
     * @param offset a multiple of the page
     * @return the address
     */
    public static long map(
            Descriptor file, long offset, long bytes, boolean writable, String remedy)
            throws SystemCallException {
        int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
        long address = map(0, bytes, protection, MAP_SHARED, file.number(), offset, remedy);
        MAPPED_BYTES.addAndGet(bytes);
        return address;
    }

    /**
     * Maps the first {@code bytes} of a file, shared and writable, at a multiple of a power of two,
     * which is what lets pages be {@link #join}ed.
     *
     * @return the address
     */
    public static long mapAligned(Descriptor file, long bytes, long alignment, String remedy)
            throws SystemCallException {
        // More than is needed is taken first; the file goes into its middle, the rest goes back.
        long roomBytes = Math.addExact(bytes, alignment);
        int nothing = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
        long room = map(0, roomBytes, PROT_NONE, nothing, NO_FILE, 0, remedy);
        long address = (room + alignment - 1) & -alignment;
        int protection = PROT_READ | PROT_WRITE;
        try {
            long ignored =
                    map(
                            address,
                            bytes,
                            protection,
                            MAP_SHARED | MAP_FIXED,
                            file.number(),
                            0,
                            remedy);
        } catch (SystemCallException e) {
            release(room, roomBytes);
            throw e;
        }
        release(room, address - room);
        release(address + bytes, room + roomBytes - (address + bytes));
        MAPPED_BYTES.addAndGet(bytes);
        return address;
    }

    private static long map(
            long wanted,
            long bytes,
            int protection,
            int flags,
            int file,
            long offset,
            String remedy)
            throws SystemCallException {
        MemorySegment capture = Native.capture();
        long address;
        try {
            address =
                    (long)
                            MMAP.invokeExact(
                                    capture, wanted, bytes, protection, flags, file, offset);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (address == -1) {
            throw new SystemCallException(
                    "mmap(" + bytes + " bytes)", Native.errno(capture), remedy);
        }
        return address;
    }

    /** Undoes {@link #map}. */
    public static void unmap(long address, long bytes) {
        release(address, bytes);
        MAPPED_BYTES.addAndGet(-bytes);
    }

    private static void release(long address, long bytes) {
        if (bytes == 0) {
            return;
        }
        MemorySegment capture = Native.capture();
        int result;
        try {
            result = Native.result((int) MUNMAP.invokeExact(capture, address, bytes), capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (result < 0) {
            throw new IllegalStateException(
                    "munmap(" + bytes + " bytes) failed: " + Errno.nameOf(-result));
        }
    }

    /**
     * How many bytes this process has mapped through {@link #map} and not unmapped; for leak
     * checks.
     */
    public static long mappedBytes() {
        return MAPPED_BYTES.get();
    }

    /**
     * Brings all pages in at once, so that no access faults later and a lack of memory shows here
     * as an error.
     *
     * @return false when the kernel (older than 5.14) does not know the request and pages come at
     *     first touch
     */
    public static boolean populate(long address, long bytes, boolean writable, String remedy)
            throws SystemCallException {
        int result = advise(address, bytes, writable ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
        if (result == -Errno.EINVAL) {
            return false;
        }
        Native.check(result, "madvise(populate " + bytes + " bytes)", remedy);
        return true;
    }

    /**
     * Asks for the ordinary pages of whole hugepages to be replaced by these, whatever the machine
     * does on its own (Linux 6.1). What is joined can come apart again; then all is as it was
     * before, but slower.
     *
     * @return 0, or the negated errno when not all of it is joined
     */
    public static int join(long address, long bytes) {
        return advise(address, bytes, MADV_COLLAPSE);
    }

    /** Keeps pages in memory until they are unmapped ({@code mlock(2)}). */
    public static void lock(MemorySegment pages) throws SystemCallException {
        MemorySegment capture = Native.capture();
        int result;
        try {
            result =
                    Native.result(
                            (int) MLOCK.invokeExact(capture, pages.address(), pages.byteSize()),
                            capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        Native.check(
                result,
                "mlock(" + pages.byteSize() + " bytes)",
                "raise the limit of locked memory (ulimit -l unlimited)");
    }

    private static int advise(long address, long bytes, int advice) {
        MemorySegment capture = Native.capture();
        try {
            return Native.result(
                    (int) MADVISE.invokeExact(capture, address, bytes, advice), capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Asks for pages from one NUMA node only; call it before the pages are touched. */
    public static void bindToNode(long address, long bytes, int node) throws SystemCallException {
        if (node < 0 || node >= NODES_MAX) {
            throw new IllegalArgumentException(
                    "NUMA node " + node + " is not in 0.." + (NODES_MAX - 1));
        }
        MemorySegment capture = Native.capture();
        int result;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(NODES_MAX / Byte.SIZE, Long.BYTES);
            mask.setAtIndex(JAVA_LONG, node / Long.SIZE, 1L << node % Long.SIZE);
            long bound =
                    (long)
                            MBIND.invokeExact(
                                    capture,
                                    CallNumbers.mbind(),
                                    address,
                                    bytes,
                                    (long) MPOL_BIND,
                                    mask,
                                    (long) NODES_MAX,
                                    (long) MPOL_MF_STRICT);
            result = (int) Native.result(bound, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        String remedy = "choose a NUMA node that has memory (/sys/devices/system/node), or none";
        Native.check(result, "mbind(node " + node + ")", remedy);
    }
}
