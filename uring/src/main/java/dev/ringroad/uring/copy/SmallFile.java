package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.FilesAt;
import dev.ringroad.uring.CompletionHandler;
import dev.ringroad.uring.FileOperations;
import dev.ringroad.uring.Submission;
import dev.ringroad.uring.UringBuffer;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A file that fits in a buffer, copied by one chain of entries, which one worker of the kernel goes
 * through without coming back:
 *
 * <pre>
 *   open source -> read -> make copy -> write -> (sync) -> close copy -> (rename)
 * </pre>
 *
 * <p>Both files are direct descriptors. The source is not closed: the next file takes its place. A
 * chain breaks at whatever does not end as it was foreseen, a short read included; then nothing is
 * left of the copy, and plain calls try the file again and tell what is wrong with it. So do they
 * with what says that it has no bytes and yields some, as files in {@code /proc} do. One object for
 * one file after the other; belongs to the ring's thread.
 */
final class SmallFile implements CompletionHandler {
    /** Entries at most. */
    static final int STEPS = 7;

    private static final int OPEN = 0;
    private static final int READ = 1;
    private static final int MAKE = 2;
    private static final int WRITE = 3;
    private static final int SYNC = 4;
    private static final int CLOSE = 5;
    private static final int RENAME = 6;
    private static final int CLOSE_AFTER_FAILURE = 7;

    private final RingWork ring;
    private final int sourceIndex;
    private final MemorySegment sourceName;
    private final MemorySegment writtenName;
    private final MemorySegment finalName;
    private @Nullable FileJob job;
    private @Nullable UringBuffer buffer;
    private int outstanding;
    private boolean broken;
    private boolean made;
    private boolean closed;

    SmallFile(RingWork ring, int sourceIndex, Arena arena) {
        this.ring = ring;
        this.sourceIndex = sourceIndex;
        sourceName = NativeName.allocate(arena);
        writtenName = NativeName.allocate(arena);
        finalName = NativeName.allocate(arena);
    }

    /** Begins; there is a buffer. */
    void begin(FileJob next) {
        if (ring.work().isCancelled()) {
            next.dropped();
            ring.ended(this);
            return;
        }
        job = next;
        UringBuffer lent = Objects.requireNonNull(ring.buffers().acquire());
        buffer = lent;
        broken = false;
        made = false;
        closed = false;
        if (!ring.loop().makeRoom(STEPS)) {
            throw new IllegalStateException("The kernel takes no more entries");
        }
        prepareSource(next, lent);
        prepareCopy(next, lent);
        prepareEnd(next);
    }

    private void prepareSource(FileJob next, UringBuffer lent) {
        FileOperations files = ring.loop().ring().files();
        NativeName.fill(sourceName, next.name);
        int directory = next.folder.source();
        long flags = next.followed ? 0 : FilesAt.noFollowFlag();
        step(files.prepareOpenDirect(directory, sourceName, flags, 0, 0, sourceIndex), OPEN, null)
                .link();
        int bytes = Math.max((int) next.bytes, 1);
        Submission read =
                files.prepareReadFixed(
                        sourceIndex, lent.segment(), 0, bytes, 0, lent.registeredIndex());
        step(read, READ, lent).fixedFile();
        if (next.bytes == 0) {
            read.hardLink(); // an end is what is expected, and no short read that breaks the chain
        } else {
            read.link();
        }
    }

    private void prepareCopy(FileJob next, UringBuffer lent) {
        FileOperations files = ring.loop().ring().files();
        NativeName.fill(writtenName, next.writtenName);
        int directory = next.folder.destination();
        long flags = FilesAt.WRITE_ONLY | FilesAt.CREATE_NEW;
        Submission make =
                files.prepareOpenDirect(
                        directory, writtenName, flags, next.permissions, 0, copyIndex());
        step(make, MAKE, null).link();
        int bytes = (int) next.bytes;
        if (bytes > 0) {
            Submission write =
                    files.prepareWriteFixed(
                            copyIndex(), lent.segment(), 0, bytes, 0, lent.registeredIndex());
            step(write, WRITE, lent).fixedFile().link();
        }
    }

    private void prepareEnd(FileJob next) {
        FileOperations files = ring.loop().ring().files();
        CopyOptions options = ring.work().options;
        if (options.sync()) {
            step(files.prepareSync(copyIndex(), 0).fixedFile(), SYNC, null).link();
        }
        Submission close = step(files.prepareCloseDirect(copyIndex()), CLOSE, null);
        if (isNamedByChain(next)) {
            close.link();
            NativeName.fill(finalName, next.finalName);
            int directory = next.folder.destination();
            int keep = options.replace() ? 0 : FilesAt.KEEP_EXISTING;
            Submission rename =
                    files.prepareRename(directory, writtenName, directory, finalName, keep);
            step(rename, RENAME, null);
        }
    }

    private int copyIndex() {
        return sourceIndex + 1;
    }

    // What has no bytes may turn out to have some, and that the chain goes on for all the same.
    private boolean isNamedByChain(FileJob of) {
        return of.isRenamed() && of.bytes > 0 && !ring.work().options.preserve();
    }

    private Submission step(Submission entry, int step, @Nullable Object keep) {
        outstanding++;
        return entry.token(ring.loop().begin(this, step, keep));
    }

    @Override
    public void onCompletion(long step, int result, int flags) {
        FileJob present = Objects.requireNonNull(job);
        outstanding--;
        switch ((int) step) {
            case READ, WRITE -> broken |= result != present.bytes;
            case MAKE -> made = result >= 0;
            case CLOSE -> closed = result >= 0;
            default -> {}
        }
        broken |= result < 0;
        if (outstanding > 0) {
            return;
        }
        if (broken && made && !closed && step != CLOSE_AFTER_FAILURE) {
            FileOperations files = ring.loop().ring().files();
            boolean ignored = ring.loop().makeRoom(1);
            step(files.prepareCloseDirect(copyIndex()), CLOSE_AFTER_FAILURE, null);
            return;
        }
        end(present);
    }

    private void end(FileJob ended) {
        if (buffer != null) {
            buffer.release();
        }
        buffer = null;
        job = null;
        if (broken) {
            again(ended);
        } else {
            ring.work().progress.bytes.add(ended.bytes);
            finish(ended);
        }
        ring.ended(this);
    }

    private void again(FileJob ended) {
        if (made) {
            FileEnd.unlink(ended);
        }
        if (ring.work().isCancelled()) {
            ended.dropped();
        } else {
            ring.plain().copy(ended);
        }
    }

    private void finish(FileJob ended) {
        String trouble = isNamedByChain(ended) ? null : PlainFiles.end(ended, ring.work());
        if (trouble == null) {
            ended.succeeded();
        } else {
            FileEnd.unlink(ended);
            ended.failed(trouble);
        }
    }
}
