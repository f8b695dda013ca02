package dev.ringroad.uring.file;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * Moves bytes between a caller's memory and a file, through buffers of the pool: in pieces of a
 * buffer, several of them in flight together. The caller's own thread copies and waits.
 *
 * <p>The result is that of one large read or write: what follows the first short piece does not
 * count, and an error is told only if it came first.
 */
final class Transfer {
    private final FileHandle file;
    private final BouncePool pool;
    private final FileKind kind;
    private final Payload payload;
    private final long payloadAt;
    private final long position;
    private final long bytes;
    private final @Nullable Bounce[] window;

    private long next;
    private final long end;
    private int oldest;
    private int inFlight;
    private boolean ended;
    private int failure;
    private long done;

    private Transfer(
            FileHandle file,
            BouncePool pool,
            FileKind kind,
            Payload payload,
            long payloadAt,
            long bytes,
            long position) {
        this.file = file;
        this.pool = pool;
        this.kind = kind;
        this.payload = payload;
        this.payloadAt = payloadAt;
        this.position = position;
        this.bytes = bytes;
        int alignment = file.taken().alignment();
        next = position / alignment * alignment;
        end = Math.ceilDiv(position + bytes, alignment) * alignment;
        window = new @Nullable Bounce[piecesTogether(file, kind, end - next, pool.bufferBytes())];
    }

    private static int piecesTogether(FileHandle file, FileKind kind, long range, int pieceBytes) {
        // Where there are no positions, or all go to the end, pieces would come in any order.
        if (!file.taken().seekable() || (kind == FileKind.WRITE && file.isAppending())) {
            return 1;
        }
        return (int) Math.min(FilesConfig.PIECES_MAX, Math.ceilDiv(range, (long) pieceBytes));
    }

    /** Reads; 0 at the end of the file. */
    static long read(
            FileHandle file, BouncePool pool, Payload into, long intoAt, long bytes, long position)
            throws IOException {
        return new Transfer(file, pool, FileKind.READ, into, intoAt, bytes, position).run();
    }

    /** Writes; position and bytes are aligned as the file wants it. */
    static long write(
            FileHandle file, BouncePool pool, Payload from, long fromAt, long bytes, long position)
            throws IOException {
        return new Transfer(file, pool, FileKind.WRITE, from, fromAt, bytes, position).run();
    }

    private long run() throws IOException {
        file.requireOpen();
        try {
            while (fill()) {
                Bounce bounce = window(oldest);
                int result = bounce.request().await();
                if (!ended) {
                    ended(bounce, result);
                }
                releaseOldest();
            }
        } finally {
            while (inFlight > 0) {
                int ignored = window(oldest).request().awaitRegardless();
                releaseOldest();
            }
        }
        if (done == 0 && failure < 0) {
            throw file.failure(failure, kind == FileKind.READ ? "read" : "write");
        }
        return done;
    }

    /** Begins as many pieces as can be; whether one is in flight. */
    private boolean fill() throws IOException {
        while (!ended && inFlight < window.length && next < end) {
            Bounce bounce = inFlight == 0 ? first() : pool.tryAcquire();
            if (bounce == null) {
                break;
            }
            long length = Math.min(pool.bufferBytes(), end - next);
            try {
                if (kind == FileKind.WRITE) {
                    payload.get(payloadAt + next - position, bounce.memory(), 0, length);
                }
                bounce.request().start(file, kind, next, length, 0);
            } catch (Throwable t) {
                pool.release(bounce);
                throw t;
            }
            window[(oldest + inFlight) % window.length] = bounce;
            inFlight++;
            next += length;
        }
        return inFlight > 0;
    }

    /** The buffer to go on with; null when there is none, and something is done already. */
    private @Nullable Bounce first() throws IOException {
        try {
            return pool.acquire();
        } catch (IOException e) {
            if (done == 0) {
                throw e;
            }
            ended = true;
            return null;
        }
    }

    private void ended(Bounce bounce, int result) {
        FileRequest request = bounce.request();
        if (result <= 0) {
            failure = result;
            ended = true;
            return;
        }
        long from = Math.max(position, request.position());
        long to = Math.min(position + bytes, request.position() + result);
        if (to > from) {
            if (kind == FileKind.READ) {
                payload.put(
                        bounce.memory(),
                        from - request.position(),
                        payloadAt + from - position,
                        to - from);
            }
            done = to - position;
        }
        ended = result < request.bytes() || (!file.taken().seekable() && kind == FileKind.READ);
        if (kind == FileKind.WRITE && result < request.bytes() && window.length == 1) {
            resume(request, result);
        }
    }

    /** A pipe, or the end of a file, takes a part: the next piece begins where it has stopped. */
    private void resume(FileRequest request, int result) {
        if (file.taken().alignment() == 1) {
            ended = false;
            next = request.position() + result;
        }
    }

    private Bounce window(int index) {
        Bounce bounce = window[index];
        if (bounce == null) {
            throw new AssertionError("No piece in place " + index);
        }
        return bounce;
    }

    private void releaseOldest() {
        Bounce bounce = window(oldest);
        window[oldest] = null;
        oldest = (oldest + 1) % window.length;
        inFlight--;
        pool.release(bounce);
    }
}
