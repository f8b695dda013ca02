package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.FilesAt;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Copies one file after the other with plain system calls: where the kernel has no io_uring for us,
 * and to find out why a chain of the ring has broken. Belongs to one thread.
 */
final class PlainFiles implements FileCopier {
    private static final int PIECE_BYTES = 256 * 1024;
    private static final int READ_WRITE = 2;
    private static final int NON_BLOCKING = 04000;

    private final CopyWork work;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(PIECE_BYTES, 4096);
    private final MemorySegment zeroes = arena.allocate(PIECE_BYTES, 4096);
    private final MemorySegment name = NativeName.allocate(arena);

    PlainFiles(CopyWork work) {
        this.work = work;
    }

    @Override
    public void copy(FileJob job) {
        // Should a pipe have taken its place meanwhile, nobody waits for its other end.
        int flags = NON_BLOCKING | (job.followed ? 0 : FilesAt.noFollowFlag());
        int directory = job.folder.source();
        int source = FilesAt.open(directory, NativeName.fill(name, job.name), flags, 0);
        if (source < 0) {
            job.failed("Opening " + job.shown() + " failed: " + CopyWork.reason(source) + ".");
            return;
        }
        String trouble = from(source, job);
        FilesAt.close(source);
        if (trouble == null) {
            job.succeeded();
        } else if (work.isCancelled()) {
            job.dropped();
        } else {
            job.failed(trouble);
        }
    }

    private @Nullable String from(int source, FileJob job) {
        int destination =
                FilesAt.open(
                        job.folder.destination(),
                        NativeName.fill(name, job.writtenName),
                        (work.options.verify() ? READ_WRITE : FilesAt.WRITE_ONLY)
                                | FilesAt.CREATE_NEW,
                        job.permissions);
        if (destination < 0) {
            return "Making the copy of " + job.shown() + failed(destination);
        }
        String trouble = content(source, destination, job);
        FilesAt.close(destination);
        if (trouble == null) {
            trouble = end(job, work);
        }
        if (trouble != null) {
            FileEnd.unlink(job);
        }
        return trouble;
    }

    private @Nullable String content(int source, int destination, FileJob job) {
        PieceSums written = new PieceSums();
        boolean holes = job.bytesOnDisk < job.bytes;
        long position = 0;
        while (true) {
            if (work.isCancelled()) {
                return "The copy was cancelled.";
            }
            int read = piece(source, position);
            if (read < 0) {
                return "Reading " + job.shown() + failed(read);
            }
            boolean skipped = holes && isZero(buffer, read, zeroes);
            int done = skipped ? read : written(destination, read, position);
            if (done < 0) {
                return "Writing the copy of " + job.shown() + failed(done);
            }
            if (work.options.verify()) {
                written.add(buffer, read, position);
            }
            position += read;
            work.progress.bytes.add(read);
            if (read < PIECE_BYTES) {
                break;
            }
        }
        if (position < job.bytes) {
            return wasCut(job, position);
        }
        int sized = holes ? FilesAt.truncate(destination, position) : 0;
        if (sized < 0) {
            return "Writing the copy of " + job.shown() + failed(sized);
        }
        boolean sync = work.options.sync() || work.options.verify();
        int synced = sync ? FilesAt.sync(destination) : 0;
        if (synced < 0) {
            return "Syncing the copy of " + job.shown() + failed(synced);
        }
        return work.options.verify() ? compared(destination, position, written, job) : null;
    }

    // A whole piece, unless the file ends in it.
    private int piece(int source, long position) {
        int done = 0;
        while (done < PIECE_BYTES) {
            int read =
                    FilesAt.read(source, buffer.asSlice(done), PIECE_BYTES - done, position + done);
            if (read < 0) {
                return read;
            }
            if (read == 0) {
                break;
            }
            done += read;
        }
        return done;
    }

    private int written(int destination, int bytes, long position) {
        int done = 0;
        while (done < bytes) {
            MemorySegment rest = buffer.asSlice(done);
            int wrote = FilesAt.write(destination, rest, bytes - done, position + done);
            if (wrote <= 0) {
                return wrote < 0 ? wrote : -Errno.ENOSPC; // no progress is none later either
            }
            done += wrote;
        }
        return done;
    }

    private @Nullable String compared(int destination, long bytes, PieceSums written, FileJob job) {
        int ignored = FilesAt.forgetCached(destination);
        PieceSums there = new PieceSums();
        long position = 0;
        while (position < bytes) {
            int read = piece(destination, position);
            if (read <= 0) {
                return "Reading back the copy of " + job.shown() + failed(read);
            }
            there.add(buffer, read, position);
            position += read;
        }
        return there.sum() == written.sum() ? null : differs(job);
    }

    static String failed(int negatedErrno) {
        return negatedErrno == 0
                ? " failed: it ends too early."
                : " failed: " + CopyWork.reason(negatedErrno) + ".";
    }

    static String differs(FileJob job) {
        return "The copy of "
                + job.shown()
                + " reads back as something else than was written: do not trust that disk.";
    }

    static String wasCut(FileJob job, long bytes) {
        return job.shown()
                + " is not copied: it had "
                + job.bytes
                + " bytes and was cut to "
                + bytes
                + " while it was read. Copy it again.";
    }

    /** Times, permissions and name of a file whose bytes are written. */
    static @Nullable String end(FileJob job, CopyWork work) {
        int preserved = work.options.preserve() ? FileEnd.preserve(job) : 0;
        if (preserved < 0) {
            return "Setting permissions and times of the copy of "
                    + job.shown()
                    + failed(preserved);
        }
        int named = job.isRenamed() ? FileEnd.rename(job, work.options.replace()) : 0;
        return named < 0 ? "Giving its name to the copy of " + job.shown() + failed(named) : null;
    }

    @Override
    public void close() {
        arena.close();
    }

    /** Whether memory begins with so many zeroes. */
    static boolean isZero(MemorySegment memory, int bytes, MemorySegment zeroes) {
        return MemorySegment.mismatch(memory, 0, bytes, zeroes, 0, bytes) < 0;
    }
}
