package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Requests to a driver ({@code ioctl(2)}); the result is zero or more, or the negated errno. */
final class Ioctl {
    private static final MethodHandle WITH_STRUCT =
            Native.linkVariadic(
                    "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2);
    private static final MethodHandle WITH_VALUE =
            Native.linkVariadic(
                    "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG), 2);

    private Ioctl() {}

    static int call(Descriptor on, long request, MemorySegment structure) {
        MemorySegment capture = Native.capture();
        try {
            return Native.result(
                    (int) WITH_STRUCT.invokeExact(capture, on.number(), request, structure),
                    capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    static int call(Descriptor on, long request, long value) {
        MemorySegment capture = Native.capture();
        try {
            return Native.result(
                    (int) WITH_VALUE.invokeExact(capture, on.number(), request, value), capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
