package dev.ringroad.uring.file;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.FilesAt;
import dev.ringroad.uring.Completion;
import dev.ringroad.uring.CompletionHandler;
import dev.ringroad.uring.ControlOperations;
import dev.ringroad.uring.FileOperations;
import dev.ringroad.uring.Submission;
import dev.ringroad.uring.Uring;
import dev.ringroad.uring.UringLoop;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * A request that one thread makes and another, the loop's, carries out: {@link #start}, then {@link
 * #await}, then the same again. Making and waiting allocate nothing, and who waits parks, so that a
 * virtual thread leaves its carrier.
 */
final class FileRequest implements UringLoop.Task, CompletionHandler {
    private static final long FULL_INBOX_NANOS = 50_000;
    private static final CompletionHandler NOBODY = (token, result, flags) -> {};
    private static final MemorySegment NO_PATH = Arena.global().allocate(1);

    private final MemorySegment memory;
    private final int registeredIndex;
    private final UringLoop.Task cancelTask = this::cancelOnLoop;

    private @Nullable FileHandle file;
    private FileKind kind = FileKind.CLOSE;
    private long position;
    private long bytes;
    private int flags;
    private @Nullable Thread waiter;

    // The loop's own.
    private long token;
    private boolean inFlight;

    private int result;
    private volatile boolean done; // publishes the result
    private volatile boolean cancelling;

    /**
     * @param memory that reads, writes and the status use; it stays for as long as the loop
     * @param registeredIndex of the registered buffer that the memory lies in, or -1
     */
    FileRequest(MemorySegment memory, int registeredIndex) {
        this.memory = memory;
        this.registeredIndex = registeredIndex;
    }

    /** Without memory, for what needs none. */
    static FileRequest withoutMemory() {
        return new FileRequest(MemorySegment.NULL, -1);
    }

    /** Hands the request to the loop; then {@link #await} has to be called. */
    void start(FileHandle of, FileKind what, long at, long length, int flagsOfKind) {
        file = of;
        kind = what;
        position = at;
        bytes = length;
        flags = flagsOfKind;
        waiter = Thread.currentThread();
        done = false;
        if (of.loop().isOwner()) {
            throw new IllegalStateException("A loop's own thread cannot wait for its requests");
        }
        if (!offer(of.loop(), this)) {
            result = -Errno.ECANCELED;
            done = true;
        }
    }

    private static boolean offer(UringLoop loop, UringLoop.Task task) {
        while (!loop.offer(task)) {
            if (loop.isClosing()) {
                return false;
            }
            LockSupport.parkNanos(FULL_INBOX_NANOS);
        }
        return true;
    }

    /** Where the request began. */
    long position() {
        return position;
    }

    /** How much it asked for. */
    long bytes() {
        return bytes;
    }

    /** Waits for the result; an interrupt cancels the request, and is pending afterwards. */
    int await() {
        return await(true);
    }

    /** Waits for the result, and leaves interrupts for later. */
    int awaitRegardless() {
        return await(false);
    }

    private int await(boolean cancellable) {
        boolean interrupted = false;
        boolean cancelled = false;
        // The cancelling has to be over too: it must not hit the next request of this object.
        while (!done || cancelling) {
            if (Thread.interrupted()) {
                interrupted = true;
            }
            if (interrupted && cancellable && !cancelled) {
                cancelled = true;
                cancelling = true;
                if (!offer(loop(), cancelTask)) {
                    cancelling = false; // a closing loop cancels everything
                }
            } else {
                LockSupport.park(this);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return result;
    }

    private UringLoop loop() {
        return Objects.requireNonNull(file).loop();
    }

    /** On the loop's thread. */
    @Override
    public void run(UringLoop own) {
        FileHandle of = Objects.requireNonNull(file);
        // An entry that is prepared after the one that closes could reach another file.
        boolean tooLate = of.isNumberGivenBack() || (of.isClosing() && !kind.worksWhileClosing());
        if (own.isClosing() || tooLate) {
            finish(-Errno.ECANCELED);
            return;
        }
        Submission entry = prepare(own.ring(), of.descriptor().number());
        token = own.begin(this, 0, null);
        entry.token(token);
        inFlight = true;
        of.begun();
        if (kind == FileKind.CLOSE) {
            of.numberGivenBack();
        }
    }

    private Submission prepare(Uring ring, int number) {
        FileOperations files = ring.files();
        int length = (int) bytes;
        return switch (kind) {
            case READ ->
                    registeredIndex < 0
                            ? files.prepareRead(number, memory, 0, length, position)
                            : files.prepareReadFixed(
                                    number, memory, 0, length, position, registeredIndex);
            case WRITE ->
                    registeredIndex < 0
                            ? files.prepareWrite(number, memory, 0, length, position)
                            : files.prepareWriteFixed(
                                    number, memory, 0, length, position, registeredIndex);
            case STATUS -> files.prepareStatus(number, NO_PATH, flags, FileFacts.MASK, memory);
            case SYNC -> files.prepareSync(number, flags);
            case ALLOCATE -> files.prepareAllocate(number, flags, position, bytes);
            case TRUNCATE -> files.prepareTruncate(number, bytes);
            case ADVISE -> files.prepareAdvise(number, position, length, flags);
            case CANCEL_ALL ->
                    ring.control().prepareCancelDescriptor(number, ControlOperations.CANCEL_ALL);
            case CLOSE -> files.prepareClose(number);
        };
    }

    @Override
    public void onCompletion(long unused, int resultOfCompletion, int flagsOfCompletion) {
        if (Completion.isLast(flagsOfCompletion)) {
            inFlight = false;
            FileHandle of = Objects.requireNonNull(file);
            boolean unknown = kind == FileKind.TRUNCATE && resultOfCompletion == -Errno.EINVAL;
            int how = unknown ? truncateByCall(of) : resultOfCompletion;
            of.ended();
            finish(how);
        }
    }

    // Before Linux 6.9, rings cannot do it. This thread is the one that gives the number back, so
    // that it is this file's until the call has returned.
    private int truncateByCall(FileHandle of) {
        return of.isNumberGivenBack()
                ? -Errno.ECANCELED
                : FilesAt.truncate(of.descriptor().number(), bytes);
    }

    private void finish(int how) {
        Thread waiting = waiter; // once done, the object may be in use for something else
        result = how;
        done = true;
        LockSupport.unpark(waiting);
    }

    private void cancelOnLoop(UringLoop own) {
        if (inFlight) {
            long cancelToken = own.begin(NOBODY, 0, null);
            own.ring().control().prepareCancel(token, 0).token(cancelToken);
        }
        Thread waiting = waiter;
        cancelling = false;
        LockSupport.unpark(waiting);
    }
}
