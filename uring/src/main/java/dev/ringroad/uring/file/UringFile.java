package dev.ringroad.uring.file;

import dev.ringroad.uring.CompletionHandler;
import dev.ringroad.uring.FileOperations;
import dev.ringroad.uring.Submission;
import dev.ringroad.uring.UringBuffer;
import dev.ringroad.uring.UringLoop;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A file over io_uring, read and written at positions, by any number of threads at once.
 *
 * <ul>
 *   <li>Blocking calls, for platform and virtual threads; one that waits leaves its carrier. An
 *       interrupt cancels what is in flight: the call throws {@link java.io.InterruptedIOException}
 *       unless something was done already, and the interrupt stays pending.
 *   <li>Futures ({@code begin…}): the same calls, each on a virtual thread of its own. Cancelling
 *       the future cancels the request.
 *   <li>Callbacks on the loop's own thread, with a {@link UringBuffer} of the loop: nothing is
 *       copied, nothing allocated. See {@link #read(UringBuffer, int, int, long, CompletionHandler,
 *       long)}.
 * </ul>
 *
 * <p>In the first two styles, bytes go through the pool of {@link UringFiles}, which costs one copy
 * (about 0.1 us for 4 KiB): the caller's memory is touched by the calling thread alone, so that it
 * can be on the heap, and can be freed at any time without the kernel writing into it. Transfers
 * larger than a buffer go in pieces, up to eight in flight together; others may see some pieces and
 * not yet others. What is begun after {@link #close} throws {@link
 * java.nio.channels.ClosedChannelException}, what is pending then {@link
 * java.nio.channels.AsynchronousCloseException}.
 */
public final class UringFile implements AutoCloseable {
    /** {@code FALLOC_FL_KEEP_SIZE}. */
    private static final int KEEP_SIZE = 1;

    private final UringFiles files;
    private final FileHandle handle;
    private final BouncePool pool;
    private final OpenRequest opened;
    private final FileClosing closing;
    private final DirectAccess direct;

    UringFile(UringFiles files, FileHandle handle, BouncePool pool, OpenRequest opened) {
        this.files = files;
        this.handle = handle;
        this.pool = pool;
        this.opened = opened;
        direct = new DirectAccess(handle, pool);
        closing = new FileClosing(handle, direct);
    }

    /** Under which it was opened. */
    public Path path() {
        return handle.path();
    }

    /** Whether {@link #close} has not been called. */
    public boolean isOpen() {
        return !handle.isClosing();
    }

    /** Whether bytes pass the page cache by. */
    public boolean isDirect() {
        return handle.taken().direct();
    }

    /**
     * What positions, lengths and places in memory of direct requests are multiples of: of interest
     * for callbacks alone, the other calls see to it. 1 for a file that is not direct.
     */
    public int alignment() {
        return handle.taken().alignment();
    }

    /** Why it is not direct, although {@link UringOption#DIRECT} was asked for. */
    public Optional<String> fallback() {
        return Optional.ofNullable(handle.taken().fallback());
    }

    boolean isReadable() {
        return opened.isReading();
    }

    boolean isWritable() {
        return opened.isWriting();
    }

    boolean isAppending() {
        return opened.isAppending();
    }

    FileHandle handle() {
        return handle;
    }

    /**
     * Reads up to what remains in the buffer, and moves its position.
     *
     * @return bytes read, perhaps fewer than there are; -1 at the end of the file
     */
    public int read(ByteBuffer into, long position) throws IOException {
        int read = (int) read(Payload.of(into), position);
        if (read > 0) {
            into.position(into.position() + read);
        }
        return read;
    }

    /** Reads into several buffers, one behind the other, with one request where that fits. */
    public long read(ByteBuffer[] into, int first, int count, long position) throws IOException {
        long read = read(Payload.of(into, first, count), position);
        Payload.advance(into, first, count, read);
        return read;
    }

    /** Reads into memory that this thread may access. */
    public long read(MemorySegment into, long position) throws IOException {
        return read(Payload.of(into), position);
    }

    private long read(Payload into, long position) throws IOException {
        requirePosition(position);
        if (!opened.isReading()) {
            throw new NonReadableChannelException();
        }
        if (into.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
        handle.requireOpen();
        if (into.bytes() == 0) {
            return 0;
        }
        requireRange(position, into.bytes());
        long read =
                isDirect()
                        ? direct.read(into, position)
                        : Transfer.read(handle, pool, into, 0, into.bytes(), position);
        return read == 0 ? -1 : read;
    }

    /**
     * Reads until the buffer is full.
     *
     * @throws EOFException when the file ends before that; the buffer has what there was
     */
    public void readFully(ByteBuffer into, long position) throws IOException {
        long at = position;
        while (into.hasRemaining()) {
            int read = read(into, at);
            if (read < 0) {
                throw new EOFException(
                        path() + " ends at " + at + ", " + into.remaining() + " bytes too early");
            }
            at += read;
        }
    }

    /**
     * Writes up to what remains in the buffer, and moves its position. A file that is opened for
     * appending gets it at its end, wherever {@code position} is.
     *
     * @return bytes written; fewer than there are when the disk is full, for example
     */
    public int write(ByteBuffer from, long position) throws IOException {
        int written = (int) write(Payload.of(from), position);
        from.position(from.position() + written);
        return written;
    }

    /** Writes several buffers, one behind the other, with one request where that fits. */
    public long write(ByteBuffer[] from, int first, int count, long position) throws IOException {
        long written = write(Payload.of(from, first, count), position);
        Payload.advance(from, first, count, written);
        return written;
    }

    /** Writes memory that this thread may access. */
    public long write(MemorySegment from, long position) throws IOException {
        return write(Payload.of(from), position);
    }

    private long write(Payload from, long position) throws IOException {
        requirePosition(position);
        requireWritable();
        handle.requireOpen();
        if (from.bytes() == 0) {
            return 0;
        }
        requireRange(position, from.bytes());
        if (!isDirect()) {
            return Transfer.write(handle, pool, from, 0, from.bytes(), position);
        }
        return opened.isAppending() ? direct.append(from) : direct.write(from, position);
    }

    /** Writes all that remains in the buffer. */
    public void writeFully(ByteBuffer from, long position) throws IOException {
        long at = position;
        while (from.hasRemaining()) {
            int written = write(from, at);
            if (written == 0) {
                throw new IOException(path() + " takes no more at " + at);
            }
            at += written;
        }
    }

    /**
     * Waits until what was written is on the disk.
     *
     * @param metadata also what is not needed to read it back, such as the time of change
     */
    public void force(boolean metadata) throws IOException {
        int flags = metadata ? 0 : FileOperations.SYNC_DATA_ONLY;
        FileCalls.run(handle, FileKind.SYNC, 0, 0, flags, metadata ? "fsync" : "fdatasync");
    }

    /**
     * Reserves space on the disk.
     *
     * @param keepSize whether the file keeps its size when the space lies behind its end
     */
    public void allocate(long position, long bytes, boolean keepSize) throws IOException {
        requirePosition(position);
        if (bytes <= 0) {
            throw new IllegalArgumentException("Space has at least one byte, not " + bytes);
        }
        requireWritable();
        int flags = keepSize ? KEEP_SIZE : 0;
        DirectAccess.Change change =
                () -> FileCalls.run(handle, FileKind.ALLOCATE, position, bytes, flags, "fallocate");
        changeLength(change);
    }

    /** Sets the size: what lies behind is cut off, what is missing reads as zeros. */
    public void truncate(long bytes) throws IOException {
        requireSize(bytes);
        requireWritable();
        changeLength(() -> FileCalls.truncate(handle, bytes));
    }

    private void changeLength(DirectAccess.Change change) throws IOException {
        if (isDirect()) {
            direct.alone(change);
        } else {
            change.run();
        }
    }

    /** Bytes of the file; 0 for a block device and for a pipe. */
    public long size() throws IOException {
        handle.requireOpen();
        return isDirect() ? direct.size() : FileCalls.size(handle, pool);
    }

    /**
     * Tells the kernel what will be read; a hint, without an effect on what is read.
     *
     * @param bytes up to 2 GiB - 1, or 0 for all to the end
     */
    public void advise(long position, int bytes, Advice advice) throws IOException {
        requirePosition(position);
        requireSize(bytes);
        FileCalls.run(handle, FileKind.ADVISE, position, bytes, advice.code(), "posix_fadvise");
    }

    /** {@link #read(ByteBuffer, long)} as a future. Leave the buffer alone until it is done. */
    public CompletableFuture<Integer> beginRead(ByteBuffer into, long position) {
        return Errand.begin(() -> read(into, position));
    }

    /** {@link #write(ByteBuffer, long)} as a future. */
    public CompletableFuture<Integer> beginWrite(ByteBuffer from, long position) {
        return Errand.begin(() -> write(from, position));
    }

    /** {@link #force} as a future. */
    public CompletableFuture<Void> beginForce(boolean metadata) {
        return Errand.begin(
                () -> {
                    force(metadata);
                    return null;
                });
    }

    /**
     * Reads into a buffer of the loop: on the loop's own thread, without a copy, and without
     * allocation. The buffer is lent to the kernel until the completion, and stays the caller's.
     * For a direct file, position, bytes and place in the buffer are {@link #alignment aligned} by
     * the caller.
     *
     * @param at where in the buffer
     * @param handler on the loop's thread: the result is bytes read, 0 at the end, or the negated
     *     errno
     * @param token for the handler
     * @return false when the loop has no room at this moment, and nothing was begun
     * @throws IllegalStateException when the file is closed, or this is not the loop's thread
     */
    public boolean read(
            UringBuffer into,
            int at,
            int bytes,
            long position,
            CompletionHandler handler,
            long token) {
        return transfer(FileKind.READ, into, at, bytes, position, handler, token);
    }

    /** Writes from a buffer of the loop; otherwise as its reading counterpart. */
    public boolean write(
            UringBuffer from,
            int at,
            int bytes,
            long position,
            CompletionHandler handler,
            long token) {
        return transfer(FileKind.WRITE, from, at, bytes, position, handler, token);
    }

    private boolean transfer(
            FileKind kind,
            UringBuffer buffer,
            int at,
            int bytes,
            long position,
            CompletionHandler handler,
            long token) {
        UringLoop loop = ownLoop();
        requirePosition(position);
        if (!loop.makeRoom(1) || loop.room() == 0) {
            return false;
        }
        FileOperations operations = loop.ring().files();
        int number = handle.descriptor().number();
        MemorySegment memory = buffer.segment();
        int index = buffer.registeredIndex();
        Submission entry =
                kind == FileKind.READ
                        ? operations.prepareReadFixed(number, memory, at, bytes, position, index)
                        : operations.prepareWriteFixed(number, memory, at, bytes, position, index);
        entry.token(loop.begin(handler, token, buffer));
        return true;
    }

    /** {@link #force} as a callback, on the loop's own thread. */
    public boolean force(boolean metadata, CompletionHandler handler, long token) {
        UringLoop loop = ownLoop();
        if (!loop.makeRoom(1) || loop.room() == 0) {
            return false;
        }
        int flags = metadata ? 0 : FileOperations.SYNC_DATA_ONLY;
        Submission entry = loop.ring().files().prepareSync(handle.descriptor().number(), flags);
        entry.token(loop.begin(handler, token, null));
        return true;
    }

    private UringLoop ownLoop() {
        UringLoop loop = handle.loop();
        if (!loop.isOwner()) {
            throw new IllegalStateException(
                    "Callbacks are for the loop's own thread; offer() it a task");
        }
        if (handle.isClosing()) {
            throw new IllegalStateException(path() + " is closed");
        }
        return loop;
    }

    private void requireWritable() {
        if (!opened.isWriting()) {
            throw new NonWritableChannelException();
        }
    }

    private static void requirePosition(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("Negative position: " + position);
        }
    }

    private static void requireSize(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("Negative size: " + bytes);
        }
    }

    /** Room for rounding up to whole blocks has to remain. */
    private void requireRange(long position, long bytes) throws IOException {
        if (position > Long.MAX_VALUE - alignment() - bytes) {
            throw new IOException(
                    "Position " + position + " of " + path() + " lies behind any file's end");
        }
    }

    /**
     * Cancels what is pending, and closes the descriptor; a second call does nothing. Waits for the
     * kernel to have done so, except on the loop's own thread.
     *
     * @throws IllegalStateException on the loop's own thread, when the loop has no room for the two
     *     entries that it takes; the file is open then
     */
    @Override
    public void close() throws IOException {
        if (closing.begin()) {
            files.closed(this);
            closing.run();
        }
    }

    @Override
    public String toString() {
        return "UringFile[" + Objects.toString(path()) + (isOpen() ? "]" : ", closed]");
    }
}
