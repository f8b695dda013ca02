package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Has the kernel signal an eventfd that others hold too, which never waits, whatever they have done
 * to its flags and its counter.
 *
 * <p>It is asked whether the eventfd can be read or written, which always one of the two can, and
 * to signal it when that is answered ({@code IOCB_FLAG_RESFD}, {@code linux/aio_abi.h}): at once,
 * within the call. The kernel does not write then; it adds one unless the counter is at its very
 * end ({@code eventfd_signal}, {@code fs/eventfd.c}). The answers pile up in a ring, and are thrown
 * away when it is full.
 *
 * <p>There is one of it in a process, and any thread may use it.
 *
 * <pre>
 *   a request: struct iocb, and where it lies
 *   0      8      16      18      20     24       32     40       48      56        60       64
 *   | data | key  | opcode| prio  | file | events | none | none   | none  | flags   | signal | at 0
 * </pre>
 */
final class EventSignals {

    private static final long REQUEST_BYTES = 72;

    private static final long OPCODE_AT = 16;
    private static final long FILE_AT = 20;
    private static final long EVENTS_AT = 24;
    private static final long FLAGS_AT = 56;
    private static final long SIGNAL_AT = 60;
    private static final long POINTER_AT = 64;

    private static final short IOCB_CMD_POLL = 5;
    private static final int IOCB_FLAG_RESFD = 1;

    private static final long ANSWERS = 128;
    private static final long ANSWER_BYTES = 32;
    private static final long TIMEOUT_BYTES = 16;

    private static final MethodHandle SETUP =
            Native.linkUncaptured(
                    "syscall", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS));
    private static final MethodHandle SUBMIT =
            Native.linkUncaptured(
                    "syscall",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS));
    private static final MethodHandle GET_EVENTS =
            Native.linkUncaptured(
                    "syscall",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS,
                            ADDRESS));

    private final long context;
    private final MemorySegment answers =
            Arena.global().allocate(ANSWERS * ANSWER_BYTES, Long.BYTES);
    private final MemorySegment noTime = Arena.global().allocate(TIMEOUT_BYTES, Long.BYTES);

    private EventSignals(long context) {
        this.context = context;
    }

    /** What this process has, made when somebody first asks. */
    private static final class Process {
        static final @Nullable EventSignals SIGNALS = make();
    }

    /** Null where the kernel was built without this, or does not let us. */
    static @Nullable EventSignals ofProcess() {
        return Process.SIGNALS;
    }

    private static @Nullable EventSignals make() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment context = arena.allocateFrom(JAVA_LONG, 0);
            long made = (long) SETUP.invokeExact(CallNumbers.ioSetup(), ANSWERS, context);
            return made == 0 ? new EventSignals(context.get(JAVA_LONG, 0)) : null;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** A request to signal an eventfd, to be {@link #submit}ted as often as wanted. */
    static MemorySegment request(int number) {
        MemorySegment request = Arena.ofAuto().allocate(REQUEST_BYTES, Long.BYTES);
        request.set(JAVA_SHORT, OPCODE_AT, IOCB_CMD_POLL);
        request.set(JAVA_INT, FILE_AT, number);
        request.set(JAVA_LONG, EVENTS_AT, PollSet.POLLIN | PollSet.POLLOUT);
        request.set(JAVA_INT, FLAGS_AT, IOCB_FLAG_RESFD);
        request.set(JAVA_INT, SIGNAL_AT, number);
        request.set(JAVA_LONG, POINTER_AT, request.address());
        return request.asSlice(POINTER_AT);
    }

    /** Signals; false when the kernel lacks the memory for it. */
    boolean submit(MemorySegment request) {
        if (submitted(request)) {
            return true;
        }
        forgetAnswers();
        return submitted(request);
    }

    private boolean submitted(MemorySegment request) {
        try {
            return (long) SUBMIT.invokeExact(CallNumbers.ioSubmit(), context, 1L, request) == 1;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private synchronized void forgetAnswers() {
        try {
            long ignored =
                    (long)
                            GET_EVENTS.invokeExact(
                                    CallNumbers.ioGetEvents(),
                                    context,
                                    0L,
                                    ANSWERS,
                                    answers,
                                    noTime);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
