package dev.ringroad.uring.socket;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.uring.ControlOperations;
import dev.ringroad.uring.Submission;
import dev.ringroad.uring.Uring;
import dev.ringroad.uring.UringCaller;
import dev.ringroad.uring.UringLoop;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A descriptor that requests of several threads name and one of them may close. All of them, and
 * the close, are prepared on the loop's thread, so that no request ever names a number that belongs
 * to somebody else by now.
 */
final class SocketHandle {
    /** As a time-out: none. */
    static final long NEVER = Long.MAX_VALUE;

    private final UringLoop loop;
    private final UringCaller caller;
    private final Descriptor descriptor;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** The descriptor is closed with this handle. */
    SocketHandle(UringSockets sockets, Descriptor descriptor) {
        loop = sockets.loop();
        caller = sockets.caller();
        this.descriptor = descriptor;
    }

    /** Prepares an entry for the descriptor's number. */
    @FunctionalInterface
    interface Request {
        Submission prepare(Uring ring, int number);
    }

    /** Asks or tells the kernel something that it answers at once. */
    @FunctionalInterface
    interface Question<T> {
        T ask(Descriptor descriptor) throws IOException;
    }

    /** The request came after the close; for the way from the loop's thread to the caller's. */
    private static final class ClosedBefore extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ClosedBefore() {
            super("The socket is closed", null, false, false);
        }
    }

    boolean isOpen() {
        return !closed.get();
    }

    /**
     * Makes a request and waits for it.
     *
     * @return its result, zero or more, or the negated errno other than {@code -ECANCELED}
     * @throws SocketTimeoutException after {@code timeoutNanos}
     * @throws SocketException if the socket is closed before or meanwhile; also by an interrupt,
     *     which stays pending
     */
    int call(Request request, @Nullable Object keep, long timeoutNanos) throws IOException {
        int result;
        try {
            result = caller.call(ring -> prepare(ring, request), keep, timeoutNanos);
        } catch (ClosedBefore e) {
            throw closed();
        }
        if (result != -Errno.ECANCELED) {
            return result;
        }
        if (!isOpen()) {
            throw closed();
        }
        if (Thread.currentThread().isInterrupted()) {
            close();
            throw new SocketException("Closed by interrupt");
        }
        if (timeoutNanos == NEVER) {
            throw new SocketException("The loop of this socket has ended");
        }
        throw new SocketTimeoutException("No answer within " + Duration.ofNanos(timeoutNanos));
    }

    /** The same without waiting. */
    CompletableFuture<Integer> begin(Request request, @Nullable Object keep) {
        return caller.begin(ring -> prepare(ring, request), keep)
                .exceptionallyCompose(
                        e ->
                                CompletableFuture.failedFuture(
                                        e instanceof ClosedBefore ? closed() : e));
    }

    private Submission prepare(Uring ring, Request request) {
        if (closed.get()) {
            throw new ClosedBefore();
        }
        return request.prepare(ring, descriptor.number());
    }

    /** What the kernel says of the descriptor. */
    <T> T ask(Question<T> question) throws IOException {
        Answer<T> answer = new Answer<>(question);
        int ignored = call(answer::prepare, null, NEVER);
        return answer.get();
    }

    private final class Answer<T> {
        private final Question<T> question;
        private @Nullable T value;
        private @Nullable IOException failure;

        Answer(Question<T> question) {
            this.question = question;
        }

        Submission prepare(Uring ring, int number) {
            try {
                value = question.ask(descriptor);
            } catch (IOException e) {
                failure = e;
            }
            return ring.control().prepareNop();
        }

        T get() throws IOException {
            if (failure != null) {
                throw failure;
            }
            if (value == null) {
                throw new IllegalStateException("The kernel was not asked");
            }
            return value;
        }
    }

    static SocketException closed() {
        return new SocketException("Socket closed");
    }

    /** Cancels all requests and closes the descriptor; a second call does nothing. */
    void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        while (!loop.offer(this::close)) {
            if (loop.isClosing()) {
                descriptor.close(); // what was prepared has ended
                return;
            }
            Thread.onSpinWait();
        }
    }

    private void close(UringLoop own) {
        if (!own.isClosing() && own.makeRoom(1) && own.room() > 0) {
            long request = own.begin((_, _, _) -> {}, 0, null);
            own.ring()
                    .control()
                    .prepareCancelDescriptor(descriptor.number(), ControlOperations.CANCEL_ALL)
                    .token(request);
        }
        // What is prepared names the number, and the kernel looks it up when it takes the entry.
        int ignored = own.ring().submit();
        descriptor.close();
    }
}
