package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A limit of this process ({@code getrlimit(2)}).
 *
 * @param soft what holds now; {@link #UNLIMITED} for none
 * @param hard how far the process may raise it itself
 */
public record Limits(long soft, long hard) {
    /** No limit ({@code RLIM_INFINITY}). */
    public static final long UNLIMITED = -1;

    private static final int RLIMIT_NOFILE = 7;
    private static final int RLIMIT_MEMLOCK = 8;

    private static final MethodHandle GETRLIMIT =
            Native.link("getrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    /** Bytes that it may lock in memory. */
    public static Limits lockedBytes() throws SystemCallException {
        return of(RLIMIT_MEMLOCK);
    }

    /** Descriptors that it may have open. */
    public static Limits openDescriptors() throws SystemCallException {
        return of(RLIMIT_NOFILE);
    }

    private static Limits of(int resource) throws SystemCallException {
        MemorySegment capture = Native.capture();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(JAVA_LONG, 2);
            int result =
                    Native.result((int) GETRLIMIT.invokeExact(capture, resource, limit), capture);
            Native.check(result, "getrlimit(" + resource + ")", "");
            return new Limits(limit.getAtIndex(JAVA_LONG, 0), limit.getAtIndex(JAVA_LONG, 1));
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
