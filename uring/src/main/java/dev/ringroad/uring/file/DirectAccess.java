package dev.ringroad.uring.file;

import java.io.IOException;
import java.util.concurrent.locks.StampedLock;

/**
 * Reads and writes past the page cache, which knows whole blocks only. A write that begins or ends
 * inside a block reads that block, changes it and writes it back, alone on its file, so that two
 * neighbours in a block do not lose each other's bytes; a file that ends inside a block is cut to
 * its true length again. Aligned transfers run side by side.
 *
 * <p>That holds among the threads that use this one {@link UringFile}. Who opens the file twice, or
 * from two processes, has to keep to blocks. A crash between the write of the last block and the
 * cut leaves zeros behind the end.
 */
final class DirectAccess {
    private final FileHandle file;
    private final BouncePool pool;
    private final int alignment;
    private final StampedLock blocks = new StampedLock();

    DirectAccess(FileHandle file, BouncePool pool) {
        this.file = file;
        this.pool = pool;
        alignment = file.taken().alignment();
    }

    long read(Payload into, long position) throws IOException {
        long stamp = blocks.readLock();
        try {
            return Transfer.read(file, pool, into, 0, into.bytes(), position);
        } finally {
            blocks.unlockRead(stamp);
        }
    }

    long write(Payload from, long position) throws IOException {
        if (position % alignment == 0 && from.bytes() % alignment == 0) {
            long stamp = blocks.readLock();
            try {
                return Transfer.write(file, pool, from, 0, from.bytes(), position);
            } finally {
                blocks.unlockRead(stamp);
            }
        }
        long stamp = blocks.writeLock();
        try {
            return writeAlone(from, position, sizeNow());
        } finally {
            blocks.unlockWrite(stamp);
        }
    }

    long append(Payload from) throws IOException {
        long stamp = blocks.writeLock();
        try {
            long size = sizeNow();
            return writeAlone(from, size, size);
        } finally {
            blocks.unlockWrite(stamp);
        }
    }

    long size() throws IOException {
        long stamp = blocks.readLock();
        try {
            return sizeNow();
        } finally {
            blocks.unlockRead(stamp);
        }
    }

    /** Runs what changes the file's length, or ends it, between writes. */
    void alone(Change change) throws IOException {
        long stamp = blocks.writeLock();
        try {
            change.run();
        } finally {
            blocks.unlockWrite(stamp);
        }
    }

    /** What {@link #alone} runs. */
    interface Change {
        void run() throws IOException;
    }

    private long sizeNow() throws IOException {
        return FileCalls.size(file, pool);
    }

    private long writeAlone(Payload from, long position, long size) throws IOException {
        long written = 0;
        try {
            while (written < from.bytes()) {
                long at = position + written;
                long left = from.bytes() - written;
                long inBlock = at % alignment;
                long step =
                        inBlock == 0 && left >= alignment
                                ? left / alignment * alignment
                                : Math.min(left, alignment - inBlock);
                long done =
                        step % alignment == 0 && inBlock == 0
                                ? Transfer.write(file, pool, from, written, step, at)
                                : edge(from, written, step, at);
                written += done;
                if (done < step) {
                    break;
                }
            }
        } catch (IOException e) {
            if (written == 0) {
                throw e;
            }
        } finally {
            cut(Math.max(size, position + written));
        }
        return written;
    }

    /** Writes a part of one block; answers how much of the part. */
    private long edge(Payload from, long fromAt, long count, long at) throws IOException {
        file.requireOpen();
        long block = at / alignment * alignment;
        Bounce bounce = pool.acquire();
        try {
            FileRequest request = bounce.request();
            request.start(file, FileKind.READ, block, alignment, 0);
            int present = file.check(request.await(), "read");
            bounce.memory().asSlice(present, alignment - present).fill((byte) 0);
            from.get(fromAt, bounce.memory(), at - block, count);
            request.start(file, FileKind.WRITE, block, alignment, 0);
            int written = file.check(request.await(), "write");
            return Math.clamp(written - (at - block), 0, count);
        } finally {
            pool.release(bounce);
        }
    }

    private void cut(long trueSize) throws IOException {
        if (sizeNow() > trueSize) {
            FileCalls.truncateRegardless(file, trueSize);
        }
    }
}
