package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * Links functions of the C library and captures {@code errno}.
 *
 * <p>All wrappers in this package speak the kernel's own convention: a result of zero or more, or
 * the negated {@code errno}. The captured value lives in a segment that each thread allocates once;
 * an arena for each call would cost about five times as much as this look-up.
 */
final class Native {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET =
            STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> CAPTURE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

    private Native() {}

    /**
     * Links a function whose first Java argument becomes the segment that receives {@code errno}.
     */
    static MethodHandle link(String name, FunctionDescriptor descriptor) {
        return downcall(name, descriptor, Linker.Option.captureCallState("errno"));
    }

    /**
     * As {@link #link}, for a variadic C function whose variable part begins at {@code
     * firstVariadic}.
     */
    static MethodHandle linkVariadic(
            String name, FunctionDescriptor descriptor, int firstVariadic) {
        return downcall(
                name,
                descriptor,
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(firstVariadic));
    }

    /**
     * Links a function whose {@code errno} nobody asks for. Where the compilers have not inlined
     * the call, capturing it makes an object a call.
     */
    static MethodHandle linkUncaptured(String name, FunctionDescriptor descriptor) {
        return downcall(name, descriptor);
    }

    /** As {@link #linkUncaptured}, for a variadic C function. */
    static MethodHandle linkUncapturedVariadic(
            String name, FunctionDescriptor descriptor, int firstVariadic) {
        return downcall(name, descriptor, Linker.Option.firstVariadicArg(firstVariadic));
    }

    /**
     * Links a function that never blocks and whose {@code errno} is of no interest. The thread
     * stays "in Java" during such a call, and a safepoint has to wait for its end.
     */
    static MethodHandle linkCritical(String name, FunctionDescriptor descriptor) {
        return downcall(name, descriptor, Linker.Option.critical(false));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle downcall(
            String name, FunctionDescriptor descriptor, Linker.Option... options) {
        MemorySegment symbol =
                LINKER.defaultLookup()
                        .find(name)
                        .orElseThrow(
                                () ->
                                        new UnsupportedOperationException(
                                                "The C library of this machine has no function "
                                                        + name
                                                        + "; Ringroad needs glibc 2.28 or later"));
        return LINKER.downcallHandle(symbol, descriptor, options);
    }

    /** The calling thread's segment for captured state. */
    static MemorySegment capture() {
        return CAPTURE.get();
    }

    static int errno(MemorySegment capture) {
        return capture.get(JAVA_INT, ERRNO_OFFSET);
    }

    /** Turns C's "-1 and errno" into the negated errno. */
    static int result(int returned, MemorySegment capture) {
        return returned >= 0 ? returned : -errno(capture);
    }

    /** Turns C's "-1 and errno" into the negated errno. */
    static long result(long returned, MemorySegment capture) {
        return returned >= 0 ? returned : -errno(capture);
    }

    /** What a method handle threw; a linked function throws nothing of its own. */
    static RuntimeException unexpected(Throwable thrown) {
        if (thrown instanceof RuntimeException runtime) {
            return runtime;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        throw new AssertionError("A linked function threw a checked exception", thrown);
    }

    /** Passes a result on, or throws when it is a negated errno. */
    static int check(int result, String call, String remedy) throws SystemCallException {
        if (result < 0) {
            throw new SystemCallException(call, -result, remedy);
        }
        return result;
    }

    /** Proves a fact about a layout when a class is loaded. */
    static void require(boolean fact, String what) {
        if (!fact) {
            throw new ExceptionInInitializerError("Layout check failed: " + what);
        }
    }
}
