package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A descriptor that one thread or process signals and another one waits on ({@code eventfd(2)}).
 * Signals add up; one {@link #drain} takes them all. Any thread may signal.
 *
 * <p>Neither call waits, also not for one that another process holds too ({@link #createShared},
 * {@link #adopt}), see {@link SharedEvent}.
 */
public final class EventFd implements AutoCloseable {
    private static final int EFD_CLOEXEC = 02000000;
    private static final int EFD_NONBLOCK = 04000;

    private static final MethodHandle EVENTFD =
            Native.link("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    // For this process's own: non-blocking, eight bytes, no copy worth the name: the state change
    // around an ordinary call
    // would cost as much.
    private static final MethodHandle WRITE =
            Native.linkCritical(
                    "write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle READ =
            Native.linkCritical(
                    "read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));

    private static final MemorySegment ONE = one();

    private final Descriptor descriptor;
    private final MemorySegment drained = Arena.ofAuto().allocate(JAVA_LONG);
    private final @Nullable SharedEvent shared;

    private EventFd(Descriptor descriptor, @Nullable SharedEvent shared) {
        this.descriptor = descriptor;
        this.shared = shared;
    }

    private static MemorySegment one() {
        MemorySegment one = Arena.global().allocate(JAVA_LONG);
        one.set(JAVA_LONG, 0, 1);
        return one.asReadOnly();
    }

    /** A new one for this process only, not signalled. */
    public static EventFd create() throws SystemCallException {
        return new EventFd(open(), null);
    }

    /** A new one whose descriptor will be handed to another process, not signalled. */
    public static EventFd createShared() throws SystemCallException {
        return shared(open());
    }

    private static EventFd shared(Descriptor descriptor) {
        return new EventFd(descriptor, SharedEvent.of(descriptor.number()));
    }

    private static Descriptor open() throws SystemCallException {
        MemorySegment capture = Native.capture();
        int result;
        try {
            result =
                    Native.result(
                            (int) EVENTFD.invokeExact(capture, 0, EFD_CLOEXEC | EFD_NONBLOCK),
                            capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        return Descriptor.adopt(Native.check(result, "eventfd()", ""));
    }

    /**
     * Takes over an eventfd that came from another process.
     *
     * @throws IOException if it is something else, whose reads and writes could hold a thread up;
     *     the descriptor stays the caller's then
     */
    public static EventFd adopt(Descriptor descriptor) throws IOException {
        if (!PeerFiles.isEventFd(descriptor.number())) {
            throw new IOException("The " + descriptor + " is no eventfd, as far as /proc tells.");
        }
        descriptor.nonBlocking(true);
        return shared(descriptor);
    }

    /** Makes the descriptor readable. Does nothing once closed. */
    public void signal() {
        int number = descriptor.number();
        if (number < 0) {
            return;
        }
        if (shared != null) {
            shared.signal(ONE);
            return;
        }
        try {
            // The only failure of an open eventfd is a full counter, and then it is readable
            // anyway.
            long ignored = (long) WRITE.invokeExact(number, ONE, 8L);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * Takes all signals; the descriptor is no longer readable.
     *
     * @return whether there was one
     */
    public boolean drain() {
        int number = descriptor.number();
        if (number < 0) {
            return false;
        }
        if (shared != null) {
            return shared.drain();
        }
        try {
            return (long) READ.invokeExact(number, drained, 8L) == 8L;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** The descriptor to wait on or to hand to a peer; it stays this object's. */
    public Descriptor descriptor() {
        return descriptor;
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
