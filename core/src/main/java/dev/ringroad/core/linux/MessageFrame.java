package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayDeque;
import java.util.Objects;

/**
 * The structures around one message with descriptors, made once for each socket ({@code
 * bits/socket.h}).
 *
 * <pre>
 *   struct msghdr
 *   0        8     12    16       24        32        40         48     52   56
 *   | name   | len | pad | iovec  | iovecs  | control | control  | flags| pad|
 *   |        |     |     |        |         |         | bytes    |      |    |
 *   struct iovec at 56
 *   56       64       72
 *   | base   | bytes  |
 *   struct cmsghdr at 72, then the descriptors of 4 bytes each
 *   72       80      84     88 …
 *   | bytes  | level | type | descriptors
 * </pre>
 *
 * <p>Of what is received the sender's credentials come first, in 32 bytes, so that a message
 * without any byte is no end ({@code SO_PASSCRED}).
 */
final class MessageFrame {
    private static final long IOVEC_POINTER = 16;
    private static final long IOVEC_COUNT = 24;
    private static final long CONTROL_POINTER = 32;
    private static final long CONTROL_LENGTH = 40;
    private static final long FLAGS = 48;
    private static final long IOVEC = 56;
    private static final long BASE = 56;
    private static final long BYTES = 64;
    private static final long CONTROL = 72;
    private static final long CONTROL_LEVEL = 8;
    private static final long CONTROL_TYPE = 12;
    private static final long CONTROL_HEADER_BYTES = 16;
    private static final long CREDENTIALS_BYTES = 32;
    private static final long DESCRIPTORS = CONTROL + CONTROL_HEADER_BYTES;
    private static final long DRAINED_BYTES = 4096;

    /**
     * The kernel sends at most this many at once ({@code SCM_MAX_FD}); room for all lets none of
     * them leak.
     */
    private static final int DESCRIPTORS_MAX = 253;

    private static final long CONTROL_BYTES =
            CREDENTIALS_BYTES + CONTROL_HEADER_BYTES + (DESCRIPTORS_MAX + 1) * Integer.BYTES;

    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int SCM_CREDENTIALS = 2;
    private static final int MSG_CTRUNC = 0x08;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;

    // The last argument is not the C function's; it keeps the message's memory alive, as in
    // Descriptor.
    private static final MethodHandle SENDMSG =
            Native.link(
                    "sendmsg",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));
    private static final MethodHandle RECVMSG =
            Native.link(
                    "recvmsg",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));

    private final MemorySegment header =
            Arena.ofAuto().allocate(CONTROL + CONTROL_BYTES, Long.BYTES);
    private final int keptMax;
    private final ArrayDeque<Descriptor> received;

    /**
     * @param keptMax how many descriptors of one message are kept; the others are closed
     */
    MessageFrame(int keptMax) {
        this.keptMax = keptMax;
        received = new ArrayDeque<>(keptMax);
    }

    int send(Descriptor socket, MemorySegment message, long bytes, int[] passed, int passedCount) {
        prepare(message, 0, bytes);
        if (passedCount > 0) {
            Objects.checkIndex(passedCount - 1, DESCRIPTORS_MAX);
            long listBytes = (long) passedCount * Integer.BYTES;
            long padded = (listBytes + Long.BYTES - 1) & -Long.BYTES;
            header.set(JAVA_LONG, CONTROL_LENGTH, CONTROL_HEADER_BYTES + padded);
            header.set(JAVA_LONG, CONTROL, CONTROL_HEADER_BYTES + listBytes);
            header.set(JAVA_INT, CONTROL + CONTROL_LEVEL, SOL_SOCKET);
            header.set(JAVA_INT, CONTROL + CONTROL_TYPE, SCM_RIGHTS);
            MemorySegment.copy(passed, 0, header, JAVA_INT, DESCRIPTORS, passedCount);
        } else {
            header.set(JAVA_LONG, CONTROL_POINTER, 0);
            header.set(JAVA_LONG, CONTROL_LENGTH, 0);
        }
        MemorySegment capture = Native.capture();
        try {
            int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
            long sent =
                    (long) SENDMSG.invokeExact(capture, socket.number(), header, flags, message);
            return (int) Native.result(sent, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    int receive(Descriptor socket, MemorySegment into, long offset, long bytes) {
        prepare(into, offset, bytes);
        header.set(JAVA_LONG, CONTROL_LENGTH, CONTROL_BYTES);
        MemorySegment capture = Native.capture();
        int result;
        try {
            int flags = MSG_DONTWAIT | MSG_CMSG_CLOEXEC;
            long got = (long) RECVMSG.invokeExact(capture, socket.number(), header, flags, into);
            result = (int) Native.result(got, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (result < 0) {
            return result;
        }
        close();
        keepDescriptors();
        boolean cut = (header.get(JAVA_INT, FLAGS) & (MSG_TRUNC | MSG_CTRUNC)) != 0;
        return cut ? -Errno.EMSGSIZE : result;
    }

    private void prepare(MemorySegment message, long offset, long bytes) {
        Objects.checkFromIndexSize(offset, bytes, message.byteSize());
        long self = header.address();
        header.set(JAVA_LONG, IOVEC_POINTER, self + IOVEC);
        header.set(JAVA_LONG, IOVEC_COUNT, 1);
        header.set(JAVA_LONG, CONTROL_POINTER, self + CONTROL);
        header.set(JAVA_INT, FLAGS, 0);
        header.set(JAVA_LONG, BASE, message.address() + offset);
        header.set(JAVA_LONG, BYTES, bytes);
    }

    /**
     * Keeps the first descriptors and closes all others, which a peer may send to use up our table.
     */
    private void keepDescriptors() {
        long at = CONTROL;
        long end = CONTROL + header.get(JAVA_LONG, CONTROL_LENGTH);
        if (isControl(at, end, SCM_CREDENTIALS)) {
            at += CREDENTIALS_BYTES;
        }
        if (!isControl(at, end, SCM_RIGHTS)) {
            return;
        }
        long count = (header.get(JAVA_LONG, at) - CONTROL_HEADER_BYTES) / Integer.BYTES;
        long list = at + CONTROL_HEADER_BYTES;
        for (int i = 0; i < Math.min(count, DESCRIPTORS_MAX); i++) {
            int number = header.get(JAVA_INT, list + (long) i * Integer.BYTES);
            Descriptor one = Descriptor.received(number);
            if (i < keptMax) {
                received.add(one);
            } else {
                one.close();
            }
        }
    }

    private boolean isControl(long at, long end, int type) {
        return end - at >= CONTROL_HEADER_BYTES
                && header.get(JAVA_INT, at + CONTROL_LEVEL) == SOL_SOCKET
                && header.get(JAVA_INT, at + CONTROL_TYPE) == type;
    }

    /**
     * Takes all that waits at a socket which nobody can send to any more, and closes what comes
     * along. What is left there is closed by the kernel with the socket, in the thread that closes
     * that, however long it takes.
     *
     * @param bounded whether messages have bounds, so that one can be empty; a stream's end looks
     *     like an empty one with credentials
     */
    void drain(Descriptor socket, boolean bounded) {
        MemorySegment rest = Arena.ofAuto().allocate(DRAINED_BYTES);
        boolean more = socket.isOpen();
        while (more) {
            int result = receive(socket, rest, 0, DRAINED_BYTES);
            boolean empty = result == 0 && bounded && header.get(JAVA_LONG, CONTROL_LENGTH) > 0;
            more = result > 0 || result == -Errno.EMSGSIZE || empty;
        }
        close();
    }

    @Nullable Descriptor takeDescriptor() {
        return received.poll();
    }

    void close() {
        Descriptor left;
        while ((left = takeDescriptor()) != null) {
            left.close();
        }
    }
}
