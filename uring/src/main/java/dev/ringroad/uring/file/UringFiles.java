package dev.ringroad.uring.file;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.FileOperations;
import dev.ringroad.uring.Submission;
import dev.ringroad.uring.UringCaller;
import dev.ringroad.uring.UringConfig;
import dev.ringroad.uring.UringLoop;
import dev.ringroad.uring.UringThread;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.attribute.FileAttribute;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Opens files on a loop, and has the pool of buffers that they share. For any threads but the
 * loop's own, which must not wait for itself; made once, for a program or a part of it.
 */
public final class UringFiles implements AutoCloseable {
    private static final int AT = FileOperations.WORKING_DIRECTORY;
    private static final int ENTRIES = 256;
    private static final int REQUESTS_MAX = 4096;
    private static final long SPIN_NANOS = 20_000;

    private final UringLoop loop;
    private final @Nullable UringThread ownThread;
    private final UringCaller caller;
    private final BouncePool pool;
    private final Set<UringFile> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private UringFiles(UringLoop loop, @Nullable UringThread ownThread, BouncePool pool) {
        this.loop = loop;
        this.ownThread = ownThread;
        this.pool = pool;
        caller = new UringCaller(loop);
    }

    /** With a loop of its own, on a thread of its own. */
    public static UringFiles start(FilesConfig config) throws IOException {
        UringThread thread =
                UringThread.start(
                        "ringroad-files", UringConfig.of(ENTRIES), REQUESTS_MAX, SPIN_NANOS);
        try {
            UringLoop loop = thread.loop();
            return new UringFiles(loop, thread, BouncePool.create(loop, config));
        } catch (Throwable t) {
            thread.close();
            throw t;
        }
    }

    /** On a loop that is there already, and that has to be closed after this. */
    public static UringFiles on(UringLoop loop, FilesConfig config) throws IOException {
        return new UringFiles(loop, null, BouncePool.create(loop, config));
    }

    /** The loop that carries the files. */
    public UringLoop loop() {
        return loop;
    }

    /** How many buffers of the pool nobody holds. */
    public int buffersAvailable() {
        return pool.available();
    }

    /** Why the pool is not registered with the kernel, which makes it a little slower, if so. */
    public Optional<String> buffersFallback() {
        return Optional.ofNullable(pool.fallback());
    }

    BouncePool pool() {
        return pool;
    }

    /** As {@link #open(Path, Set, FileAttribute...)}. */
    public UringFile open(Path path, OpenOption... options) throws IOException {
        return open(path, Set.of(options));
    }

    /**
     * Opens a file, with the options of {@link java.nio.file.StandardOpenOption}, {@link
     * java.nio.file.LinkOption} and {@link UringOption}, which mean what they do for {@link
     * java.nio.channels.FileChannel#open}; exceptions are the same too.
     *
     * @param attributes of a new file; {@code posix:permissions} alone is known
     */
    public UringFile open(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        OpenRequest request = OpenRequest.of(path, options, attributes);
        if (!path.getFileSystem().equals(FileSystems.getDefault())) {
            throw new ProviderMismatchException(path + " is no file of the kernel's");
        }
        if (closed) {
            throw new IOException("The loop of these files is closed");
        }
        MemorySegment name = Arena.ofAuto().allocateFrom(path.toString());
        UringFile file = request.isDirect() ? openDirect(request, name) : openCached(request, name);
        open.add(file);
        if (closed) { // meanwhile: who closes may have missed this one
            file.close();
            throw new IOException("The loop of these files is closed");
        }
        if (request.isDeletedOnClose()) {
            int ignored = call(ring -> ring.prepareUnlink(AT, name, 0), name);
        }
        return file;
    }

    private UringFile openCached(OpenRequest request, MemorySegment name) throws IOException {
        int number = open(request, name, request.flags());
        return opened(request, name, number, null);
    }

    private UringFile openDirect(OpenRequest request, MemorySegment name) throws IOException {
        int number = tryOpen(request, name, request.directFlags());
        if (number >= 0) {
            return opened(request, name, number, null);
        }
        String reason =
                switch (-number) {
                    case Errno.EINVAL -> {
                        // Linux refuses O_DIRECT after it has made the file.
                        removeIfRefused(request, name);
                        yield "its file system does not take O_DIRECT";
                    }
                    case Errno.EACCES ->
                            "the edges of what is written cannot be read without the right to read";
                    default -> throw failure(request.path(), number);
                };
        return openAfterRefusal(request, name, reason);
    }

    private UringFile openAfterRefusal(OpenRequest request, MemorySegment name, String reason)
            throws IOException {
        if (request.isDirectRequired()) {
            throw new FileSystemException(
                    request.path().toString(),
                    null,
                    "Direct I/O was required, but "
                            + reason
                            + ". Remedy: open it with DIRECT, which falls back.");
        }
        return opened(request, name, open(request, name, request.flagsAfterRefusal()), reason);
    }

    /** Leaves nothing behind of a file that was made, and that nobody gets. */
    private void removeIfRefused(OpenRequest request, MemorySegment name) throws IOException {
        if (request.isDirectRequired() && request.isNew()) {
            int ignored = call(ring -> ring.prepareUnlink(AT, name, 0), name);
        }
    }

    /** Asks what kind of file it is, and takes the way that it allows. */
    private UringFile opened(
            OpenRequest request, MemorySegment name, int number, @Nullable String fallback)
            throws IOException {
        boolean direct = request.isDirect() && fallback == null;
        Descriptor descriptor = Descriptor.adopt(number);
        FilePath unknown = new FilePath(false, 1, false, null);
        FileHandle asked = new FileHandle(loop, request.path(), descriptor, unknown, false);
        FilePath taken;
        try {
            taken = path(asked, direct, fallback);
        } catch (Throwable t) {
            descriptor.close(); // nothing else knows the number yet
            throw t;
        }
        if (direct && !taken.direct()) {
            descriptor.close();
            removeIfRefused(request, name);
            return openAfterRefusal(request, name, String.valueOf(taken.fallback()));
        }
        boolean append = request.isAppending() && !direct;
        FileHandle handle = new FileHandle(loop, request.path(), descriptor, taken, append);
        return new UringFile(this, handle, pool, request);
    }

    private FilePath path(FileHandle asked, boolean direct, @Nullable String fallback)
            throws IOException {
        Bounce bounce = pool.acquireRegardless();
        try {
            FileCalls.status(asked, bounce);
            boolean seekable = FileFacts.isSeekable(bounce.status());
            if (!direct) {
                return new FilePath(false, 1, seekable, fallback);
            }
            int alignment = FileFacts.directAlignment(bounce.status());
            String reason = noDirect(alignment, seekable);
            return reason == null
                    ? new FilePath(true, alignment, true, null)
                    : new FilePath(false, 1, seekable, reason);
        } finally {
            pool.release(bounce);
        }
    }

    private @Nullable String noDirect(int alignment, boolean seekable) {
        if (!seekable) {
            return "it has no positions";
        }
        if (alignment == 0) {
            return "its file system takes no direct requests for it";
        }
        // Of a longer transfer, each piece fills a buffer, and the next has to be aligned as well.
        return pool.bufferBytes() % alignment == 0
                ? null
                : "a buffer of "
                        + pool.bufferBytes()
                        + " bytes is no multiple of its blocks of "
                        + alignment;
    }

    private int open(OpenRequest request, MemorySegment name, int flags) throws IOException {
        int number = tryOpen(request, name, flags);
        if (number < 0) {
            throw failure(request.path(), number);
        }
        return number;
    }

    private int tryOpen(OpenRequest request, MemorySegment name, int flags) throws IOException {
        return call(ring -> ring.prepareOpen(AT, name, flags, request.mode(), 0), name);
    }

    private interface Preparation {
        Submission prepare(FileOperations ring);
    }

    private int call(Preparation preparation, MemorySegment name) throws IOException {
        try {
            return caller.call(ring -> preparation.prepare(ring.files()), name);
        } catch (IllegalStateException e) {
            if (loop.isClosing()) {
                throw new IOException("The loop of these files is closed", e);
            }
            throw e;
        }
    }

    /** As {@code java.nio.file} has it. */
    private IOException failure(Path path, int result) {
        String name = path.toString();
        return switch (-result) {
            case Errno.ENOENT -> new NoSuchFileException(name);
            case Errno.EACCES -> new AccessDeniedException(name);
            case Errno.EEXIST -> new FileAlreadyExistsException(name);
            case Errno.ECANCELED, Errno.EINTR ->
                    loop.isClosing()
                            ? new IOException("The loop of these files is closed")
                            : new InterruptedIOException("Interrupted while opening " + name);
            default -> {
                SystemCallException why = new SystemCallException("openat2", -result, "");
                FileSystemException failure = new FileSystemException(name, null, why.getMessage());
                failure.initCause(why);
                yield failure;
            }
        };
    }

    void closed(UringFile file) {
        open.remove(file);
    }

    /**
     * Closes the files that are open still, waits for what is in flight, and ends the pool, and the
     * loop if it is its own. Not on the loop's own thread. A second call does nothing.
     *
     * @throws UncheckedIOException when closing a file told of an earlier write that failed; all is
     *     closed then
     */
    @Override
    public void close() {
        if (loop.isOwner()) {
            throw new IllegalStateException("A loop's own thread cannot wait for its files");
        }
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        IOException failure = closeFiles();
        pool.close();
        if (ownThread != null) {
            ownThread.close();
        }
        if (failure != null) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Closes each file, whatever becomes of the others; the failure is that of the last. */
    private @Nullable IOException closeFiles() {
        IOException failure = null;
        for (UringFile file : open) {
            try {
                file.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        return failure;
    }
}
