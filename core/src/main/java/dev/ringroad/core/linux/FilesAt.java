package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * System calls on files that are named from an open directory on: a tree can be walked with them
 * however long its paths are, and whoever moves a directory meanwhile leads nobody astray. Paths
 * are text with a zero byte at its end. All answer zero or more, or the negated errno.
 */
public final class FilesAt {
    /** {@code AT_FDCWD}: paths begin in the working directory. */
    public static final int WORKING_DIRECTORY = -100;

    /** Flags of {@link #open} ({@code asm-generic/fcntl.h}; {@link #open} sees to machines). */
    public static final int READ_ONLY = 0;

    public static final int WRITE_ONLY = 1;
    public static final int CREATE_NEW = 0100 | 0200;
    public static final int CLOSE_ON_EXEC = 02000000;

    /** Flag of {@link #rename} ({@code linux/fs.h}): what has the new name already is kept. */
    public static final int KEEP_EXISTING = 1;

    private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
    private static final int AT_REMOVEDIR = 0x200;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final long TIMES_BYTES = 32;

    private static final MethodHandle OPENAT =
            Native.linkVariadic(
                    "openat",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
                    3);
    private static final MethodHandle MKDIRAT =
            Native.link("mkdirat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle UNLINKAT =
            Native.link("unlinkat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle RENAMEAT2 =
            Native.link(
                    "renameat2",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SYMLINKAT =
            Native.link("symlinkat", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));
    private static final MethodHandle READLINKAT =
            Native.link(
                    "readlinkat",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));
    private static final MethodHandle FCHMODAT =
            Native.link(
                    "fchmodat",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle UTIMENSAT =
            Native.link(
                    "utimensat",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    private static final MethodHandle FSYNC =
            Native.link("fsync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle FTRUNCATE =
            Native.link("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle PWRITE =
            Native.link(
                    "pwrite",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PREAD =
            Native.link(
                    "pread",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle ADVISE =
            Native.link(
                    "posix_fadvise",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

    private FilesAt() {}

    /** {@code O_DIRECTORY}: what is no directory is not opened. */
    public static int directoryFlag() {
        return ARM ? 040000 : 0200000;
    }

    /** {@code O_NOFOLLOW}: a symbolic link is not opened. */
    public static int noFollowFlag() {
        return ARM ? 0100000 : 0400000;
    }

    /** {@code openat}, closed in child processes; the descriptor is the caller's to close. */
    public static int open(int directory, MemorySegment path, int flags, int mode) {
        MemorySegment capture = Native.capture();
        try {
            int done =
                    (int) OPENAT.invokeExact(capture, directory, path, flags | CLOSE_ON_EXEC, mode);
            return Native.result(done, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code close}. */
    public static void close(int descriptor) {
        Descriptor.close(descriptor);
    }

    /** {@code mkdirat}. */
    public static int makeDirectory(int directory, MemorySegment path, int mode) {
        MemorySegment capture = Native.capture();
        try {
            return Native.result(
                    (int) MKDIRAT.invokeExact(capture, directory, path, mode), capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code unlinkat} of anything but a directory. */
    public static int unlink(int directory, MemorySegment path) {
        return unlink(directory, path, 0);
    }

    /** {@code unlinkat} of an empty directory. */
    public static int removeDirectory(int directory, MemorySegment path) {
        return unlink(directory, path, AT_REMOVEDIR);
    }

    private static int unlink(int directory, MemorySegment path, int flags) {
        MemorySegment capture = Native.capture();
        try {
            int done = (int) UNLINKAT.invokeExact(capture, directory, path, flags);
            return Native.result(done, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code renameat2} within a directory, with {@link #KEEP_EXISTING} or 0. */
    public static int rename(int directory, MemorySegment from, MemorySegment to, int flags) {
        MemorySegment capture = Native.capture();
        try {
            int done = (int) RENAMEAT2.invokeExact(capture, directory, from, directory, to, flags);
            return Native.result(done, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code symlinkat}: {@code path} becomes a link that says {@code target}. */
    public static int symbolicLink(MemorySegment target, int directory, MemorySegment path) {
        MemorySegment capture = Native.capture();
        try {
            int done = (int) SYMLINKAT.invokeExact(capture, target, directory, path);
            return Native.result(done, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code readlinkat}: how many bytes of the target are in {@code into}, without a zero. */
    public static int readLink(int directory, MemorySegment path, MemorySegment into) {
        MemorySegment capture = Native.capture();
        try {
            long done =
                    (long) READLINKAT.invokeExact(capture, directory, path, into, into.byteSize());
            return (int) Native.result(done, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code fchmodat}; follows a symbolic link. */
    public static int setPermissions(int directory, MemorySegment path, int permissions) {
        MemorySegment capture = Native.capture();
        try {
            int done = (int) FCHMODAT.invokeExact(capture, directory, path, permissions, 0);
            return Native.result(done, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * {@code utimensat} of a file or a link.
     *
     * @param times made by {@link #times}
     */
    public static int setTimes(int directory, MemorySegment path, MemorySegment times) {
        Objects.checkFromIndexSize(0, TIMES_BYTES, times.byteSize());
        MemorySegment capture = Native.capture();
        try {
            int done =
                    (int)
                            UTIMENSAT.invokeExact(
                                    capture, directory, path, times, AT_SYMLINK_NOFOLLOW);
            return Native.result(done, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Both times of a file, in memory that is filled anew for each. */
    public static MemorySegment times(Arena arena) {
        return arena.allocate(TIMES_BYTES, Long.BYTES);
    }

    /** Fills in when it was read last and written last. */
    public static void fillTimes(
            MemorySegment times, long accessed, int accessedNanos, long modified, int nanos) {
        times.set(ValueLayout.JAVA_LONG, 0, accessed);
        times.set(ValueLayout.JAVA_LONG, 8, accessedNanos);
        times.set(ValueLayout.JAVA_LONG, 16, modified);
        times.set(ValueLayout.JAVA_LONG, 24, nanos);
    }

    /** {@code fsync}. */
    public static int sync(int descriptor) {
        MemorySegment capture = Native.capture();
        try {
            return Native.result((int) FSYNC.invokeExact(capture, descriptor), capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code ftruncate}. */
    public static int truncate(int descriptor, long bytes) {
        MemorySegment capture = Native.capture();
        try {
            return Native.result((int) FTRUNCATE.invokeExact(capture, descriptor, bytes), capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code pread} of up to so many bytes. */
    public static int read(int descriptor, MemorySegment into, long bytes, long position) {
        return transfer(PREAD, descriptor, into, bytes, position);
    }

    /** {@code pwrite} of up to so many bytes. */
    public static int write(int descriptor, MemorySegment from, long bytes, long position) {
        return transfer(PWRITE, descriptor, from, bytes, position);
    }

    private static int transfer(
            MethodHandle call, int descriptor, MemorySegment memory, long bytes, long position) {
        Objects.checkFromIndexSize(0, bytes, memory.byteSize());
        MemorySegment capture = Native.capture();
        try {
            long done = (long) call.invokeExact(capture, descriptor, memory, bytes, position);
            return (int) Native.result(done, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** {@code posix_fadvise(POSIX_FADV_DONTNEED)}: what is on the disk leaves the page cache. */
    public static int forgetCached(int descriptor) {
        MemorySegment capture = Native.capture();
        try {
            return -(int) ADVISE.invokeExact(capture, descriptor, 0L, 0L, 4);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
