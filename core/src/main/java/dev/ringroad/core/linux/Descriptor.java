package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * An open file descriptor that this object owns and closes once.
 *
 * <p>Reading and writing allocate nothing and return codes. Closing is safe from any thread, but
 * the caller sees to it that no other thread is inside a read or write at that moment: the kernel
 * may give the number to somebody else.
 */
public final class Descriptor implements AutoCloseable {
    /** {@code O_RDONLY}, {@code O_WRONLY}, {@code O_RDWR} ({@code asm-generic/fcntl.h}). */
    public static final int READ_ONLY = 0;

    public static final int WRITE_ONLY = 1;
    public static final int READ_WRITE = 2;

    /** {@code O_CREAT | O_EXCL}: the file must be new. */
    public static final int CREATE_NEW = 0100 | 0200;

    /**
     * {@code O_EXCL} without {@code O_CREAT}: of a block device, that nobody else has claimed it, a
     * mounted file system for example.
     */
    public static final int UNCLAIMED = 0200;

    /** {@code O_NONBLOCK}. */
    public static final int NON_BLOCKING = 04000;

    /** {@code O_DIRECT}: reads and writes go around the page cache. */
    public static final int DIRECT = CallNumbers.direct();

    private static final int O_CLOEXEC = 02000000;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int LOCK_EX = 2; // asm-generic/fcntl.h
    private static final int LOCK_NB = 4;

    private static final MethodHandle OPEN =
            Native.linkVariadic(
                    "open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), 2);
    private static final MethodHandle CLOSE =
            Native.link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle FCNTL =
            Native.linkVariadic(
                    "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), 2);
    private static final MethodHandle FLOCK =
            Native.link("flock", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    // The C functions do not have the last argument and never see it. It is there for the linker,
    // which keeps the
    // memory of every segment that it passes alive until the call returns, so that a concurrent
    // close of the region
    // cannot pull the pages away from under the kernel.
    private static final MethodHandle READ =
            Native.link(
                    "read",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS));
    private static final MethodHandle WRITE =
            Native.link(
                    "write",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS));
    private static final MethodHandle PREAD =
            Native.link(
                    "pread",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS));
    private static final MethodHandle PWRITE =
            Native.link(
                    "pwrite",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS));
    private static final MethodHandle READV =
            Native.link(
                    "readv",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));
    private static final MethodHandle WRITEV =
            Native.link(
                    "writev",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));

    private static final VarHandle NUMBER;

    static {
        try {
            NUMBER = MethodHandles.lookup().findVarHandle(Descriptor.class, "number", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int number;

    private final boolean fromPeer;

    private Descriptor(int number, boolean fromPeer) {
        this.number = number;
        this.fromPeer = fromPeer;
    }

    /** Takes ownership of a descriptor that is open already. */
    public static Descriptor adopt(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("A descriptor is not negative: " + number);
        }
        return new Descriptor(number, false);
    }

    /** Takes ownership of one that a peer has sent: {@link PeerFiles} tells how it is closed. */
    static Descriptor received(int number) {
        return new Descriptor(number, true);
    }

    /**
     * Opens a file; the descriptor is closed in child processes.
     *
     * @param flags {@link #READ_ONLY}, {@link #READ_WRITE} and so on, joined with {@link
     *     #CREATE_NEW} or {@link #NON_BLOCKING}
     * @param mode access rights of a file that is created, such as {@code 0600}
     */
    public static Descriptor open(String path, int flags, int mode, String remedy)
            throws SystemCallException {
        MemorySegment capture = Native.capture();
        int result;
        try (Arena arena = Arena.ofConfined()) {
            result =
                    (int)
                            OPEN.invokeExact(
                                    capture, arena.allocateFrom(path), flags | O_CLOEXEC, mode);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        return adopt(Native.check(Native.result(result, capture), "open(" + path + ")", remedy));
    }

    /** The number, or -1 once closed. */
    public int number() {
        return number;
    }

    /** Whether {@link #close} has not been called. */
    public boolean isOpen() {
        return number >= 0;
    }

    /** Sets or clears {@code O_NONBLOCK}. */
    public void nonBlocking(boolean on) throws SystemCallException {
        int flags = Native.check(control(F_GETFL, 0), "fcntl(F_GETFL)", "");
        int wanted = on ? flags | NON_BLOCKING : flags & ~NON_BLOCKING;
        Native.check(control(F_SETFL, wanted), "fcntl(F_SETFL)", "");
    }

    /**
     * Takes the file's exclusive lock ({@code flock(2)}), which others who take it respect and
     * which goes as the descriptor is closed.
     *
     * @return false when somebody else has it, also this process by another descriptor
     */
    public boolean lock() throws SystemCallException {
        MemorySegment capture = Native.capture();
        int result;
        try {
            result =
                    Native.result(
                            (int) FLOCK.invokeExact(capture, number, LOCK_EX | LOCK_NB), capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        return result != -Errno.EAGAIN && Native.check(result, "flock(LOCK_EX)", "") == 0;
    }

    /** {@code fcntl} with an integer argument: zero or more, or the negated errno. */
    int control(int command, int argument) {
        return control(number, command, argument);
    }

    static int control(int number, int command, int argument) {
        MemorySegment capture = Native.capture();
        try {
            return Native.result(
                    (int) FCNTL.invokeExact(capture, number, command, argument), capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * Reads into {@code into} from {@code offset} on.
     *
     * @return the bytes read, 0 at the end, or the negated errno ({@code -EAGAIN} when a
     *     non-blocking descriptor has nothing)
     */
    public int read(MemorySegment into, long offset, long bytes) {
        Objects.checkFromIndexSize(offset, bytes, into.byteSize());
        MemorySegment capture = Native.capture();
        try {
            long address = into.address() + offset;
            return (int)
                    Native.result(
                            (long) READ.invokeExact(capture, number, address, bytes, into),
                            capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * Writes from {@code from}, {@code offset} on.
     *
     * @return the bytes written or the negated errno
     */
    public int write(MemorySegment from, long offset, long bytes) {
        Objects.checkFromIndexSize(offset, bytes, from.byteSize());
        MemorySegment capture = Native.capture();
        try {
            long address = from.address() + offset;
            return (int)
                    Native.result(
                            (long) WRITE.invokeExact(capture, number, address, bytes, from),
                            capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * As {@link #read} of the first {@code bytes} of a segment, from a position of the file, which
     * keeps its own ({@code pread(2)}).
     */
    public int readAt(long position, MemorySegment into, long bytes) {
        Objects.checkFromIndexSize(0, bytes, into.byteSize());
        MemorySegment capture = Native.capture();
        try {
            long address = into.address();
            return (int)
                    Native.result(
                            (long)
                                    PREAD.invokeExact(
                                            capture, number, address, bytes, position, into),
                            capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** As {@link #write}, to a position of the file, which keeps its own ({@code pwrite(2)}). */
    public int writeAt(long position, MemorySegment from, long bytes) {
        Objects.checkFromIndexSize(0, bytes, from.byteSize());
        MemorySegment capture = Native.capture();
        try {
            long address = from.address();
            return (int)
                    Native.result(
                            (long)
                                    PWRITE.invokeExact(
                                            capture, number, address, bytes, position, from),
                            capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Reads into the pieces of a vector, in order; returns as {@link #read}. */
    public int readv(IoVector into) {
        MemorySegment capture = Native.capture();
        try {
            long read =
                    (long)
                            READV.invokeExact(
                                    capture, number, into.array(), into.size(), into.body());
            return (int) Native.result(read, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Writes the pieces of a vector, in order; returns as {@link #write}. */
    public int writev(IoVector from) {
        MemorySegment capture = Native.capture();
        try {
            long written =
                    (long)
                            WRITEV.invokeExact(
                                    capture, number, from.array(), from.size(), from.body());
            return (int) Native.result(written, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * Closes the descriptor; a second call does nothing. One that a peer has sent, and that the
     * peer could make us wait for, is closed by another thread soon.
     */
    @Override
    public void close() {
        int open = (int) NUMBER.getAndSet(this, -1);
        if (open < 0) {
            return;
        }
        if (fromPeer) {
            PeerFiles.close(open);
        } else {
            close(open);
        }
    }

    static void close(int open) {
        MemorySegment capture = Native.capture();
        try {
            // Linux frees the number whatever close answers, so there is nothing to be mended
            // by a second try.
            int ignored = (int) CLOSE.invokeExact(capture, open);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    @Override
    public String toString() {
        return "descriptor " + number;
    }
}
