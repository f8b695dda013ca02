package dev.ringroad.uring.file;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A {@link FileChannel} over io_uring, for code that wants one. It behaves as the JDK's, but a
 * virtual thread that waits in it leaves its carrier. An interrupt closes it, as the contract of
 * {@link java.nio.channels.InterruptibleChannel} has it.
 *
 * <p>Locks and mappings are made by a channel of the JDK that is opened on the same file when they
 * are first asked for, since io_uring has no operation for either. A direct file and a mapping of
 * it do not see each other's changes at once. Relative operations move the channel's own position;
 * the descriptor has none that others could share.
 */
public final class UringFileChannel extends FileChannel {
    private static final int COPY_BYTES = 64 << 10;

    private final UringFile file;
    private final Companion companion;
    private final ReentrantLock positionLock = new ReentrantLock();
    private long position;

    private UringFileChannel(UringFile file) {
        this.file = file;
        companion = new Companion(file);
    }

    /** As {@link #open(UringFiles, Path, Set, FileAttribute...)}. */
    public static UringFileChannel open(UringFiles files, Path path, OpenOption... options)
            throws IOException {
        return open(files, path, Set.of(options));
    }

    /** Opens a file as {@link UringFiles#open(Path, Set, FileAttribute...)} does. */
    public static UringFileChannel open(
            UringFiles files,
            Path path,
            Set<? extends OpenOption> options,
            FileAttribute<?>... attributes)
            throws IOException {
        return new UringFileChannel(files.open(path, options, attributes));
    }

    /** The file beneath; closing the channel closes it. */
    public UringFile file() {
        return file;
    }

    /** Something that takes a while, and that an interrupt ends together with the channel. */
    private interface Blocking {
        long run() throws IOException;
    }

    private long blocking(Blocking call) throws IOException {
        boolean completed = false;
        try {
            begin();
            if (!isOpen()) {
                throw new ClosedChannelException();
            }
            long result = call.run();
            completed = true;
            return result;
        } catch (InterruptedIOException e) {
            // The call has seen an interrupt that came too early for the channel's own watch.
            close();
            completed = true;
            ClosedByInterruptException closed = new ClosedByInterruptException();
            closed.initCause(e);
            throw closed;
        } finally {
            end(completed);
        }
    }

    private long atPosition(Blocking call) throws IOException {
        requireOpen();
        positionLock.lock();
        try {
            return blocking(call);
        } finally {
            positionLock.unlock();
        }
    }

    private void requireOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void requireReadable() {
        if (!file.isReadable()) {
            throw new NonReadableChannelException();
        }
    }

    private void requireWritable() {
        if (!file.isWritable()) {
            throw new NonWritableChannelException();
        }
    }

    private static long moved(long bytes) {
        return Math.max(0, bytes);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        requireOpen();
        requireReadable();
        return (int)
                atPosition(
                        () -> {
                            int read = file.read(into, position);
                            position += moved(read);
                            return read;
                        });
    }

    @Override
    public long read(ByteBuffer[] into, int first, int count) throws IOException {
        requireOpen();
        requireReadable();
        return atPosition(
                () -> {
                    long read = file.read(into, first, count, position);
                    position += moved(read);
                    return read;
                });
    }

    @Override
    public int read(ByteBuffer into, long at) throws IOException {
        requirePosition(at);
        requireReadable();
        requireOpen();
        return (int) blocking(() -> file.read(into, at));
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        requireOpen();
        requireWritable();
        return (int)
                atPosition(
                        () -> {
                            int written = file.write(from, position);
                            wrote(written);
                            return written;
                        });
    }

    @Override
    public long write(ByteBuffer[] from, int first, int count) throws IOException {
        requireOpen();
        requireWritable();
        return atPosition(
                () -> {
                    long written = file.write(from, first, count, position);
                    wrote(written);
                    return written;
                });
    }

    private void wrote(long bytes) throws IOException {
        position = file.isAppending() ? file.size() : position + bytes;
    }

    @Override
    public int write(ByteBuffer from, long at) throws IOException {
        requirePosition(at);
        requireWritable();
        requireOpen();
        return (int) blocking(() -> file.write(from, at));
    }

    private static void requirePosition(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("Negative position: " + position);
        }
    }

    @Override
    public long position() throws IOException {
        return atPosition(() -> file.isAppending() ? file.size() : position);
    }

    @Override
    public FileChannel position(long newPosition) throws IOException {
        requireOpen();
        requirePosition(newPosition);
        long ignored = atPosition(() -> position = newPosition);
        return this;
    }

    @Override
    public long size() throws IOException {
        return atPosition(file::size);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        requireOpen();
        if (size < 0) {
            throw new IllegalArgumentException("Negative size: " + size);
        }
        requireWritable();
        long ignored =
                atPosition(
                        () -> {
                            if (size < file.size()) {
                                file.truncate(size);
                            }
                            position = Math.min(position, size);
                            return size;
                        });
        return this;
    }

    @Override
    public void force(boolean metadata) throws IOException {
        requireOpen();
        long ignored =
                blocking(
                        () -> {
                            file.force(metadata);
                            return 0;
                        });
    }

    @Override
    public long transferTo(long at, long count, WritableByteChannel target) throws IOException {
        requireOpen();
        if (!target.isOpen()) {
            throw new ClosedChannelException();
        }
        requireReadable();
        if (target instanceof UringFileChannel other) {
            other.requireWritable();
        }
        requireTransfer(at, count);
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(count, COPY_BYTES));
        long done = 0;
        while (done < count) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), count - done));
            int read = read(buffer, at + done);
            if (read <= 0) {
                break;
            }
            int written = target.write(buffer.flip());
            done += written;
            if (written < read) {
                break;
            }
        }
        return done;
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long at, long count) throws IOException {
        requireOpen();
        if (!source.isOpen()) {
            throw new ClosedChannelException();
        }
        requireWritable();
        if (source instanceof UringFileChannel other) {
            other.requireReadable();
        }
        requireTransfer(at, count);
        if (at > size()) {
            return 0;
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(count, COPY_BYTES));
        long done = 0;
        while (done < count) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), count - done));
            int read = source.read(buffer);
            if (read <= 0) {
                break;
            }
            buffer.flip();
            while (buffer.hasRemaining()) {
                done += write(buffer, at + done);
            }
        }
        return done;
    }

    private static void requireTransfer(long at, long count) {
        requirePosition(at);
        if (count < 0) {
            throw new IllegalArgumentException("Negative count: " + count);
        }
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long at, long size) throws IOException {
        requireOpen();
        return companion.channel().map(mode, at, size);
    }

    @Override
    public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
        requireOpen();
        return companion.channel().map(mode, offset, size, arena);
    }

    @Override
    public FileLock lock(long at, long size, boolean shared) throws IOException {
        requireOpen();
        requireLockable(shared);
        FileLock[] held = new FileLock[1];
        try {
            long ignored =
                    blocking(
                            () -> {
                                held[0] = await(companion.lock(at, size, shared));
                                return 0;
                            });
        } catch (ClosedByInterruptException _) {
            throw new FileLockInterruptionException();
        }
        return new HeldLock(this, held[0]);
    }

    private static FileLock await(CompletableFuture<FileLock> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            boolean ignored = future.cancel(false);
            Thread.currentThread().interrupt();
            throw new AsynchronousCloseException(); // end() says by what
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw new IOException("The lock could not be taken", e.getCause());
        }
    }

    @Override
    public @Nullable FileLock tryLock(long at, long size, boolean shared) throws IOException {
        requireOpen();
        requireLockable(shared);
        FileLock held = companion.channel().tryLock(at, size, shared);
        return held == null ? null : new HeldLock(this, held);
    }

    private void requireLockable(boolean shared) {
        if (shared) {
            requireReadable();
        } else {
            requireWritable();
        }
    }

    @Override
    protected void implCloseChannel() throws IOException {
        try {
            companion.close();
        } finally {
            file.close();
        }
    }
}
