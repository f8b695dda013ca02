package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.FilesAt;
import dev.ringroad.uring.FileOperations;
import dev.ringroad.uring.Submission;
import dev.ringroad.uring.UringBuffer;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A file that is copied in pieces, several of them under way at once: one that fits in no buffer,
 * or is to be read back. Belongs to the ring's thread.
 */
final class LargeFile {
    private static final int READ_WRITE = 2;
    private static final int FORGET = 4; // POSIX_FADV_DONTNEED, linux/fadvise.h

    private static final int OPEN = 0;
    private static final int MAKE = 1;
    private static final int TRUNCATE = 2;
    private static final int SYNC = 3;
    private static final int ADVISE = 4;
    private static final int CLOSE = 5;
    private static final int CLOSE_SOURCE = 6;

    /** What the pieces do. */
    private enum Phase {
        OPENING,
        COPYING,
        READING_BACK,
        ENDING
    }

    private final RingWork ring;
    private final CopyWork work;
    private final FileJob job;
    private final int sourceIndex;
    private final MemorySegment sourceName;
    private final MemorySegment writtenName;
    private final Arena arena = Arena.ofConfined();
    private final Deque<Piece> idle = new ArrayDeque<>();
    private final boolean holes;
    private final long end;
    private final int pieceBytes;
    private final PieceSums written = new PieceSums();
    private final PieceSums readBack = new PieceSums();
    private Phase phase = Phase.OPENING;
    private long next;
    private boolean opened;
    private boolean made;
    private int outstanding;
    private @Nullable String trouble;

    LargeFile(RingWork ring, FileJob job, int sourceIndex, int piecesMax) {
        this.ring = ring;
        this.work = ring.work();
        this.job = job;
        this.sourceIndex = sourceIndex;
        holes = job.bytesOnDisk < job.bytes;
        end = job.bytes;
        pieceBytes = holes ? RingWork.SMALL_BYTES : RingWork.PIECE_BYTES;
        sourceName = NativeName.path(arena, job.name);
        writtenName = NativeName.path(arena, job.writtenName);
        for (int i = 0; i < piecesMax; i++) {
            idle.add(new Piece(this));
        }
    }

    void open() {
        if (work.isCancelled()) {
            finish();
            return;
        }
        FileOperations files = files(2);
        long flags = job.followed ? 0 : FilesAt.noFollowFlag();
        step(
                        files.prepareOpenDirect(
                                job.folder.source(), sourceName, flags, 0, 0, sourceIndex),
                        OPEN)
                .link();
        long making =
                (work.options.verify() ? READ_WRITE : FilesAt.WRITE_ONLY) | FilesAt.CREATE_NEW;
        step(
                files.prepareOpenDirect(
                        job.folder.destination(),
                        writtenName,
                        making,
                        job.permissions,
                        0,
                        sourceIndex + 1),
                MAKE);
    }

    private FileOperations files(int entries) {
        if (!ring.loop().makeRoom(entries)) {
            throw new IllegalStateException("The kernel takes no more entries");
        }
        return ring.loop().ring().files();
    }

    private Submission step(Submission entry, int step) {
        outstanding++;
        return entry.token(ring.loop().begin(this::onStep, step, null));
    }

    private void onStep(long step, int result, int flags) {
        outstanding--;
        // The making is cancelled when the opening before it fails, which has been told.
        boolean follows = step == MAKE && result == -Errno.ECANCELED;
        if (result < 0 && !follows && step != ADVISE) {
            fail(said((int) step) + PlainFiles.failed(result));
        }
        switch ((int) step) {
            case OPEN -> opened = result >= 0;
            case MAKE -> made = result >= 0;
            case TRUNCATE -> sync();
            case SYNC -> forget();
            case ADVISE -> readBack();
            case CLOSE -> close(opened, sourceIndex, CLOSE_SOURCE);
            case CLOSE_SOURCE -> finish();
            default -> throw new IllegalStateException("There is no step " + step);
        }
        if (phase == Phase.OPENING && outstanding == 0) {
            phase = Phase.COPYING;
            advance();
        }
    }

    private String said(int step) {
        return switch (step) {
            case OPEN -> "Opening " + job.shown();
            case MAKE -> "Making the copy of " + job.shown();
            case SYNC -> "Syncing the copy of " + job.shown();
            default -> "Writing the copy of " + job.shown();
        };
    }

    /** Begins as many pieces as there are buffers for; goes on when all are done. */
    void advance() {
        if (phase != Phase.COPYING && phase != Phase.READING_BACK) {
            return;
        }
        if (trouble == null && work.isCancelled()) {
            fail("");
        }
        while (trouble == null && next < end && !idle.isEmpty()) {
            UringBuffer buffer = ring.pieceBuffers().acquire();
            if (buffer == null) {
                return;
            }
            int bytes = (int) Math.min(pieceBytes, end - next);
            outstanding++;
            Piece piece = idle.remove();
            piece.begin(buffer, next, bytes);
            next += bytes;
        }
        if (outstanding == 0 && (trouble != null || next >= end)) {
            phaseDone();
        }
    }

    private void phaseDone() {
        boolean wasCopying = phase == Phase.COPYING;
        phase = Phase.ENDING;
        if (trouble == null && wasCopying) {
            truncate();
            return;
        }
        if (trouble == null && readBack.sum() != written.sum()) {
            fail(PlainFiles.differs(job));
        }
        close(made, sourceIndex + 1, CLOSE);
    }

    private void truncate() {
        if (holes) {
            step(files(1).prepareTruncate(sourceIndex + 1, end).fixedFile(), TRUNCATE);
        } else {
            sync();
        }
    }

    private void sync() {
        if (trouble == null && (work.options.sync() || work.options.verify())) {
            step(files(1).prepareSync(sourceIndex + 1, 0).fixedFile(), SYNC);
        } else {
            close(made, sourceIndex + 1, CLOSE);
        }
    }

    private void forget() {
        if (trouble == null && work.options.verify()) {
            step(files(1).prepareAdvise(sourceIndex + 1, 0, 0, FORGET).fixedFile(), ADVISE);
        } else {
            close(made, sourceIndex + 1, CLOSE);
        }
    }

    private void readBack() {
        phase = Phase.READING_BACK;
        next = 0;
        advance();
    }

    private void close(boolean isOpen, int index, int step) {
        if (isOpen) {
            step(files(1).prepareCloseDirect(index), step);
        } else if (step == CLOSE) {
            close(opened, sourceIndex, CLOSE_SOURCE);
        } else {
            finish();
        }
    }

    private void finish() {
        if (trouble == null && !work.isCancelled()) {
            trouble = PlainFiles.end(job, work);
        }
        if (trouble == null && !work.isCancelled()) {
            job.succeeded();
        } else {
            if (made) {
                FileEnd.unlink(job);
            }
            if (work.isCancelled() || trouble == null) {
                job.dropped();
            } else {
                job.failed(trouble);
            }
        }
        arena.close();
        ring.ended(this, sourceIndex);
    }

    private void fail(String sentence) {
        if (trouble == null) {
            trouble = sentence;
        }
    }

    RingWork ring() {
        return ring;
    }

    boolean isReadingBack() {
        return phase == Phase.READING_BACK;
    }

    int readIndex() {
        return isReadingBack() ? sourceIndex + 1 : sourceIndex;
    }

    int writeIndex() {
        return sourceIndex + 1;
    }

    /** A piece is in memory; answers whether it has to be written. */
    boolean pieceRead(MemorySegment memory, int bytes, long position) {
        if (isReadingBack()) {
            readBack.add(memory, bytes, position);
            return false;
        }
        if (work.options.verify()) {
            written.add(memory, bytes, position);
        }
        return !holes || !PlainFiles.isZero(memory, bytes, ring.zeroes());
    }

    /** The file ends in a piece, too early. */
    void endsAt(long position) {
        fail(
                isReadingBack()
                        ? "Reading back the copy of " + job.shown() + PlainFiles.failed(0)
                        : PlainFiles.wasCut(job, position));
    }

    void pieceFailed(String doing, int result) {
        fail(doing + job.shown() + PlainFiles.failed(result));
    }

    /** It needs no buffer any more. */
    void pieceDone(Piece piece, int bytes) {
        outstanding--;
        idle.addFirst(piece);
        if (!isReadingBack()) {
            work.progress.bytes.add(bytes);
        }
        ring.pump();
    }
}
