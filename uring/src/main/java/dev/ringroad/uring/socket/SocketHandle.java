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
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A descriptor that requests of several threads name and one of them may close. All of them, and
 * the close, are prepared on the loop's thread, so that no request ever names a number that belongs
 * to somebody else by now.
 */
final class SocketHandle {
    /** As a time-out: none. */
    static final long NEVER = Long.MAX_VALUE;

    private static final long FULL_INBOX_NANOS = 50_000;

    private final UringLoop loop;
    private final UringCaller caller;
    private final Descriptor descriptor;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean descriptorClosed = new AtomicBoolean();

    /** Entries that name the number and whose results nobody has seen. */
    private final AtomicInteger inFlight = new AtomicInteger();

    private volatile boolean closingAtEnd;

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
        } catch (IllegalStateException e) {
            if (loop.isClosing()) {
                throw loopClosed(e);
            }
            throw e;
        }
        ended();
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
        if (loop.isClosing()) {
            throw loopClosed(null);
        }
        throw new SocketTimeoutException("No answer within " + Duration.ofNanos(timeoutNanos));
    }

    /** The same without waiting. */
    CompletableFuture<Integer> begin(Request request, @Nullable Object keep) {
        CompletableFuture<Integer> begun;
        try {
            begun = caller.begin(ring -> prepare(ring, request), keep);
        } catch (IllegalStateException e) {
            return CompletableFuture.failedFuture(loop.isClosing() ? loopClosed(e) : e);
        }
        return begun.whenComplete(
                        (result, _) -> {
                            if (result != null) {
                                ended();
                            }
                        })
                .exceptionallyCompose(e -> CompletableFuture.failedFuture(reasonOf(e)));
    }

    private static Throwable reasonOf(Throwable failure) {
        Throwable cause = failure.getCause();
        Throwable bare = failure instanceof CompletionException && cause != null ? cause : failure;
        return bare instanceof ClosedBefore ? closed() : bare;
    }

    private Submission prepare(Uring ring, Request request) {
        inFlight.incrementAndGet(); // before the look at the close, which looks here after it
        try {
            if (closed.get()) {
                throw new ClosedBefore();
            }
            return request.prepare(ring, descriptor.number());
        } catch (RuntimeException e) {
            ended();
            throw e;
        }
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

    private SocketException loopClosed(@Nullable Throwable cause) {
        SocketException made =
                new SocketException(
                        "The loop that carries this socket is closed. Remedy: close sockets before"
                                + " the loop.");
        made.initCause(cause);
        return made;
    }

    /**
     * Cancels all requests and closes the descriptor; a second call does nothing.
     *
     * @throws IllegalStateException if called on the loop's thread while the loop has no room for
     *     it; nothing has happened then
     */
    void close() {
        boolean here = loop.isOwner() && !loop.isClosing();
        if (here && isOpen() && (!loop.makeRoom(2) || loop.room() < 2)) {
            throw new IllegalStateException("The loop has no room to close; poll it first");
        }
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (here) {
            cancelOnLoop(loop);
            closeOnLoop(loop);
        } else {
            // Two tasks, since a loop has room for one entry when it runs one.
            hand(this::cancelOnLoop);
            hand(this::closeOnLoop);
        }
    }

    private void hand(UringLoop.Task task) {
        while (!loop.offer(task)) {
            if (loop.isClosing()) {
                closeAtEnd();
                return;
            }
            LockSupport.parkNanos(FULL_INBOX_NANOS);
        }
    }

    private void cancelOnLoop(UringLoop own) {
        if (!own.isClosing()) { // which cancels everything itself
            long request = own.begin((_, _, _) -> {}, 0, null);
            own.ring()
                    .control()
                    .prepareCancelDescriptor(descriptor.number(), ControlOperations.CANCEL_ALL)
                    .token(request);
        }
    }

    // By an entry behind the others: what is prepared names the number, and the kernel looks it up
    // when it takes the entry, which may be later than the next call.
    private void closeOnLoop(UringLoop own) {
        if (own.isClosing()) {
            closeAtEnd();
            return;
        }
        long request =
                own.begin(
                        (_, result, _) -> {
                            if (result == -Errno.ECANCELED) { // by the loop, which is closing
                                closeAtEnd();
                            }
                        },
                        0,
                        null);
        own.ring().files().prepareClose(descriptor.number()).token(request);
    }

    // A closing loop ends what is in flight, and the last of it closes.
    private void closeAtEnd() {
        closingAtEnd = true;
        if (inFlight.get() == 0) {
            closeOnce();
        }
    }

    private void ended() {
        if (inFlight.decrementAndGet() == 0 && closingAtEnd) {
            closeOnce();
        }
    }

    private void closeOnce() {
        if (descriptorClosed.compareAndSet(false, true)) {
            descriptor.close();
        }
    }
}
