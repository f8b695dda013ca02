package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The three system calls of io_uring ({@code linux/io_uring.h}), whose numbers are the same on
 * every machine. Each answers zero or more, or the negated errno.
 */
public final class IoUring {
    private static final long SETUP = 425;
    private static final long ENTER = 426;
    private static final long REGISTER = 427;

    private static final FunctionDescriptor SETUP_CALL =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
    private static final FunctionDescriptor ENTER_CALL =
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS,
                    JAVA_LONG);
    private static final FunctionDescriptor REGISTER_CALL =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);

    private static final MethodHandle SETUP_HANDLE = Native.linkVariadic("syscall", SETUP_CALL, 1);
    private static final MethodHandle ENTER_HANDLE = Native.linkVariadic("syscall", ENTER_CALL, 1);
    private static final MethodHandle UNCAPTURED_ENTER_HANDLE =
            Native.linkUncapturedVariadic("syscall", ENTER_CALL, 1);
    private static final MethodHandle REGISTER_HANDLE =
            Native.linkVariadic("syscall", REGISTER_CALL, 1);

    private IoUring() {}

    /**
     * Makes a ring.
     *
     * @param parameters {@code struct io_uring_params}, which the kernel completes
     * @return the number of its descriptor, for {@link Descriptor#adopt}, or the negated errno
     */
    public static int setup(int entries, MemorySegment parameters) {
        MemorySegment capture = Native.capture();
        try {
            long made = (long) SETUP_HANDLE.invokeExact(capture, SETUP, (long) entries, parameters);
            return (int) Native.result(made, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * Hands entries to the kernel, waits for completions, or both.
     *
     * @param ring the descriptor's number, or the index that it was registered under
     * @param argument what {@code flags} says that it is, or {@link MemorySegment#NULL}
     * @return how many entries the kernel has taken
     */
    public static int enter(
            int ring,
            int submitted,
            int completionsAwaited,
            int flags,
            MemorySegment argument,
            long argumentBytes) {
        MemorySegment capture = Native.capture();
        try {
            long taken =
                    (long)
                            ENTER_HANDLE.invokeExact(
                                    capture,
                                    ENTER,
                                    (long) ring,
                                    (long) submitted,
                                    (long) completionsAwaited,
                                    (long) flags,
                                    argument,
                                    argumentBytes);
            return (int) Native.result(taken, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * The same without an argument, and without asking for the reason of a failure, which makes the
     * call quicker by some nanoseconds. A call that failed has taken nothing and can be made again
     * as {@link #enter}, which tells.
     *
     * @return how many entries the kernel has taken, or a negative number
     */
    public static int enterUncaptured(int ring, int submitted, int completionsAwaited, int flags) {
        try {
            return (int)
                    (long)
                            UNCAPTURED_ENTER_HANDLE.invokeExact(
                                    ENTER,
                                    (long) ring,
                                    (long) submitted,
                                    (long) completionsAwaited,
                                    (long) flags,
                                    MemorySegment.NULL,
                                    0L);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Registers something with a ring, or asks it something. */
    public static int register(int ring, int operation, MemorySegment argument, int count) {
        MemorySegment capture = Native.capture();
        try {
            long done =
                    (long)
                            REGISTER_HANDLE.invokeExact(
                                    capture,
                                    REGISTER,
                                    (long) ring,
                                    (long) operation,
                                    argument,
                                    (long) count);
            return (int) Native.result(done, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
