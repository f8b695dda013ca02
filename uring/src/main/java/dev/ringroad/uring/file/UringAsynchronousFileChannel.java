package dev.ringroad.uring.file;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * An {@link AsynchronousFileChannel} over io_uring. Each operation has a virtual thread of its own,
 * which waits for it; handlers run on that thread, or on the executor that the channel is opened
 * with, and never on the loop. Cancelling a future cancels the request.
 *
 * <p>Locks are those of a channel of the JDK on the same file, see {@link UringFileChannel}.
 */
public final class UringAsynchronousFileChannel extends AsynchronousFileChannel {
    private final UringFile file;
    private final Companion companion;
    private final @Nullable ExecutorService handlers;

    private UringAsynchronousFileChannel(UringFile file, @Nullable ExecutorService handlers) {
        this.file = file;
        this.handlers = handlers;
        companion = new Companion(file);
    }

    /** Opens a file whose handlers run on virtual threads. */
    public static UringAsynchronousFileChannel open(
            UringFiles files, Path path, OpenOption... options) throws IOException {
        return open(files, path, Set.of(options), null);
    }

    /**
     * Opens a file as {@link UringFiles#open(Path, Set, FileAttribute...)} does.
     *
     * @param handlers runs completion handlers; null for virtual threads. It stays the caller's.
     * @throws UnsupportedOperationException for appending, which this kind of channel does not have
     */
    public static UringAsynchronousFileChannel open(
            UringFiles files,
            Path path,
            Set<? extends OpenOption> options,
            @Nullable ExecutorService handlers,
            FileAttribute<?>... attributes)
            throws IOException {
        if (options.contains(StandardOpenOption.APPEND)) {
            throw new UnsupportedOperationException("APPEND not allowed");
        }
        return new UringAsynchronousFileChannel(files.open(path, options, attributes), handlers);
    }

    /** The file beneath; closing the channel closes it. */
    public UringFile file() {
        return file;
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() throws IOException {
        try {
            companion.close();
        } finally {
            file.close();
        }
    }

    @Override
    public Future<Integer> read(ByteBuffer into, long position) {
        requireReading(into, position);
        return Errand.begin(() -> file.read(into, position));
    }

    @Override
    public <A extends @Nullable Object> void read(
            ByteBuffer into,
            long position,
            A attachment,
            CompletionHandler<Integer, ? super A> handler) {
        Objects.requireNonNull(handler, "handler");
        requireReading(into, position);
        tell(() -> file.read(into, position), attachment, handler);
    }

    private void requireReading(ByteBuffer into, long position) {
        requirePosition(position);
        requireReadable();
        if (into.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
    }

    @Override
    public Future<Integer> write(ByteBuffer from, long position) {
        requireWriting(from, position);
        return Errand.begin(() -> file.write(from, position));
    }

    @Override
    public <A extends @Nullable Object> void write(
            ByteBuffer from,
            long position,
            A attachment,
            CompletionHandler<Integer, ? super A> handler) {
        Objects.requireNonNull(handler, "handler");
        requireWriting(from, position);
        tell(() -> file.write(from, position), attachment, handler);
    }

    private void requireWriting(ByteBuffer from, long position) {
        Objects.requireNonNull(from);
        requirePosition(position);
        requireWritable();
    }

    private static void requirePosition(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("Negative position: " + position);
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

    private <V, A extends @Nullable Object> void tell(
            Callable<V> call, A attachment, CompletionHandler<V, ? super A> handler) {
        tell(Errand.begin(call), attachment, handler);
    }

    private <V, A extends @Nullable Object> void tell(
            CompletableFuture<V> future, A attachment, CompletionHandler<V, ? super A> handler) {
        if (handlers == null) {
            var _ =
                    future.whenComplete(
                            (value, failure) -> tell(value, failure, attachment, handler));
        } else {
            var _ =
                    future.whenCompleteAsync(
                            (value, failure) -> tell(value, failure, attachment, handler),
                            handlers);
        }
    }

    private static <V, A extends @Nullable Object> void tell(
            V value,
            @Nullable Throwable failure,
            A attachment,
            CompletionHandler<V, ? super A> handler) {
        if (failure == null) {
            handler.completed(value, attachment);
        } else {
            handler.failed(failure, attachment);
        }
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public AsynchronousFileChannel truncate(long size) throws IOException {
        if (size < 0) {
            throw new IllegalArgumentException("Negative size: " + size);
        }
        requireOpen();
        requireWritable();
        if (size < file.size()) {
            file.truncate(size);
        }
        return this;
    }

    @Override
    public void force(boolean metadata) throws IOException {
        file.force(metadata);
    }

    private void requireOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public Future<FileLock> lock(long position, long size, boolean shared) {
        requireLockable(shared);
        return locked(position, size, shared);
    }

    @Override
    public <A extends @Nullable Object> void lock(
            long position,
            long size,
            boolean shared,
            A attachment,
            CompletionHandler<FileLock, ? super A> handler) {
        Objects.requireNonNull(handler, "handler");
        requireLockable(shared);
        tell(locked(position, size, shared), attachment, handler);
    }

    /** The lock, by a virtual thread which waits for that of the companion. */
    private CompletableFuture<FileLock> locked(long position, long size, boolean shared) {
        CompletableFuture<FileLock> held;
        try {
            held = companion.lock(position, size, shared);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        return Errand.begin(
                () -> {
                    try {
                        return new HeldLock(this, held.get());
                    } catch (InterruptedException e) {
                        boolean ignored = held.cancel(false);
                        throw e;
                    } catch (ExecutionException e) {
                        throw e.getCause() instanceof Exception cause ? cause : e;
                    }
                });
    }

    @Override
    public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
        requireOpen();
        requireLockable(shared);
        FileLock held = companion.channel().tryLock(position, size, shared);
        return held == null ? null : new HeldLock(this, held);
    }

    private void requireLockable(boolean shared) {
        if (shared) {
            requireReadable();
        } else {
            requireWritable();
        }
    }
}
