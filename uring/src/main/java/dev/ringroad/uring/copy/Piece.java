package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.uring.CompletionHandler;
import dev.ringroad.uring.FileOperations;
import dev.ringroad.uring.UringBuffer;
import dev.ringroad.uring.UringLoop;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/** A piece of a large file on its way through a buffer: read until full, then written. */
final class Piece implements CompletionHandler {
    private static final int READ = 0;
    private static final int WRITE = 1;

    private final LargeFile file;
    private @Nullable UringBuffer buffer;
    private long position;
    private int bytes;
    private int done;

    Piece(LargeFile file) {
        this.file = file;
    }

    /** Takes the buffer over. */
    void begin(UringBuffer lent, long at, int length) {
        buffer = lent;
        position = at;
        bytes = length;
        done = 0;
        read();
    }

    private void read() {
        UringBuffer lent = Objects.requireNonNull(buffer);
        files().prepareReadFixed(
                        file.readIndex(),
                        lent.segment(),
                        done,
                        bytes - done,
                        position + done,
                        lent.registeredIndex())
                .fixedFile()
                .token(loop().begin(this, READ, lent));
    }

    private void write() {
        UringBuffer lent = Objects.requireNonNull(buffer);
        files().prepareWriteFixed(
                        file.writeIndex(),
                        lent.segment(),
                        done,
                        bytes - done,
                        position + done,
                        lent.registeredIndex())
                .fixedFile()
                .token(loop().begin(this, WRITE, lent));
    }

    private UringLoop loop() {
        return file.ring().loop();
    }

    private FileOperations files() {
        if (!loop().makeRoom(1)) {
            throw new IllegalStateException("The kernel takes no more entries");
        }
        return loop().ring().files();
    }

    @Override
    public void onCompletion(long step, int result, int flags) {
        if (result == -Errno.EINTR || result == -Errno.EAGAIN) {
            again(step);
        } else if (result < 0) {
            String doing =
                    step == WRITE
                            ? "Writing the copy of "
                            : file.isReadingBack() ? "Reading back the copy of " : "Reading ";
            file.pieceFailed(doing, result);
            end();
        } else if (step == READ) {
            onRead(result);
        } else {
            onWritten(result);
        }
    }

    private void again(long step) {
        if (step == READ) {
            read();
        } else {
            write();
        }
    }

    private void onRead(int result) {
        done += result;
        if (result > 0 && done < bytes) {
            read();
            return;
        }
        UringBuffer lent = Objects.requireNonNull(buffer);
        if (done < bytes) {
            file.endsAt(position + done);
            end();
        } else if (file.pieceRead(lent.segment(), bytes, position)) {
            done = 0;
            write();
        } else {
            end();
        }
    }

    private void onWritten(int result) {
        done += result;
        if (result == 0) {
            file.pieceFailed("Writing the copy of ", -Errno.ENOSPC);
            end();
        } else if (done < bytes) {
            write();
        } else {
            end();
        }
    }

    private void end() {
        Objects.requireNonNull(buffer).release();
        buffer = null;
        file.pieceDone(this, bytes);
    }
}
