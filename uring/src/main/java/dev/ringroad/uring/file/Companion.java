package dev.ringroad.uring.file;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The JDK's own channel of the same file, for what io_uring has no operation for: locks and
 * mappings. It is opened when it is first asked for, by way of the descriptor ({@code
 * /proc/self/fd}), so that it is the same file even if the path leads to another one by now.
 *
 * <p>So locks are those of the JDK: POSIX locks, seen by other programs, and by all channels of
 * this JVM ({@link OverlappingFileLockException}). As with the JDK's channels, closing any channel
 * of the file may release them.
 */
final class Companion {
    private final UringFile file;
    private @Nullable FileChannel channel;
    private final List<Region> awaited = new ArrayList<>();
    private boolean closed;

    /** What a lock is wanted of; a size of 0 reaches to the end of all files. */
    private record Region(long position, long size) {

        boolean overlaps(Region other) {
            return position <= other.last() && other.position <= last();
        }

        private long last() {
            return size == 0 || position > Long.MAX_VALUE - size
                    ? Long.MAX_VALUE
                    : position + size - 1;
        }
    }

    Companion(UringFile file) {
        this.file = file;
    }

    synchronized FileChannel channel() throws IOException {
        if (closed || !file.isOpen()) {
            throw new ClosedChannelException();
        }
        if (!file.handle().taken().seekable()) {
            throw new IOException(
                    file.path() + " has no positions: locks and mappings are for those that do");
        }
        if (channel == null) {
            Set<OpenOption> options = new HashSet<>();
            if (file.isReadable()) {
                options.add(StandardOpenOption.READ);
            }
            if (file.isWritable()) {
                options.add(StandardOpenOption.WRITE);
            }
            channel = open(options);
        }
        return channel;
    }

    // The file may be closed meanwhile, past us, and its number be another file's. It says that it
    // closes before it gives the number back, so what is opened while it does not say so is right.
    private FileChannel open(Set<OpenOption> options) throws IOException {
        int number = file.handle().descriptor().number();
        FileChannel opened = FileChannel.open(Path.of("/proc/self/fd/" + number), options);
        if (!file.isOpen()) {
            opened.close();
            throw new ClosedChannelException();
        }
        return opened;
    }

    /**
     * Waits for a lock on a thread of its own, since the JDK's waiting keeps a carrier busy. A lock
     * that comes when nobody wants the future any more is released.
     *
     * @throws OverlappingFileLockException also if a lock that is waited for overlaps it: the JDK
     *     would refuse whichever thread came second
     */
    CompletableFuture<FileLock> lock(long position, long size, boolean shared) throws IOException {
        FileChannel locked = channel();
        Region region = new Region(position, size);
        requireNotAwaited(region);
        CompletableFuture<FileLock> future = new CompletableFuture<>();
        FileLock now = locked.tryLock(position, size, shared);
        if (now != null) {
            future.complete(now);
            return future;
        }
        begin(region);
        var _ = future.whenComplete((_, _) -> ended(region));
        var _ =
                Thread.ofPlatform()
                        .daemon()
                        .name("ringroad-lock")
                        .start(() -> await(locked, position, size, shared, future));
        return future;
    }

    private synchronized void requireNotAwaited(Region region) {
        if (awaited.stream().anyMatch(region::overlaps)) {
            throw new OverlappingFileLockException();
        }
    }

    private synchronized void begin(Region region) {
        requireNotAwaited(region);
        awaited.add(region);
    }

    private synchronized void ended(Region region) {
        awaited.remove(region);
    }

    private static void await(
            FileChannel locked,
            long position,
            long size,
            boolean shared,
            CompletableFuture<FileLock> future) {
        try {
            FileLock lock = locked.lock(position, size, shared);
            if (!future.complete(lock)) {
                lock.release();
            }
        } catch (IOException | RuntimeException e) {
            future.completeExceptionally(e);
        }
    }

    /** Releases the locks, and ends those who wait for one; mappings stay. */
    synchronized void close() throws IOException {
        closed = true;
        if (channel != null) {
            channel.close();
        }
    }
}
