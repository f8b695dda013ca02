package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/** Writes a block, links a sync of data behind it now and then, reads it back and compares. */
final class FileLoad extends SoakLoad {
    private static final int BLOCKS = 64;
    private static final int O_RDWR_CREAT = 02 | 0100;

    private final UringBuffers pool;
    private final SplittableRandom random;
    private final int file;
    private final int blockBytes;
    private long sum;
    private long position;

    FileLoad(UringLoop loop, UringBuffers pool, Path path, int seed) throws IOException {
        super(loop);
        this.pool = pool;
        random = new SplittableRandom(seed);
        blockBytes = pool.bufferBytes();
        // Opened by a ring of its own, as the loop's must not be polled.
        try (Uring opener = Uring.open(UringConfig.of(4));
                FileChannel made =
                        FileChannel.open(
                                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            if (!made.isOpen()) {
                throw new IOException(path + " was not made");
            }
            MemorySegment name = arena.allocateFrom(path.toString());
            int directory = FileOperations.WORKING_DIRECTORY;
            opener.files().prepareOpenAt(directory, name, O_RDWR_CREAT, 0600);
            file = Completions.result(opener);
        }
    }

    @Override
    void begin() {
        UringBuffer buffer = pool.acquire();
        if (buffer == null) {
            fail("no buffer");
            return;
        }
        MemorySegment data = buffer.segment();
        for (long at = 0; at < blockBytes; at += Long.BYTES) {
            data.set(JAVA_LONG, at, random.nextLong());
        }
        sum = sum(data);
        position = (long) random.nextInt(BLOCKS) * blockBytes;
        room(1);
        long request = loop.begin((token, result, flags) -> written(buffer, result), 0, buffer);
        int index = buffer.registeredIndex();
        loop.ring()
                .files()
                .prepareWriteFixed(file, data, 0, blockBytes, position, index)
                .token(request);
    }

    private long sum(MemorySegment data) {
        CRC32 crc = new CRC32();
        crc.update(data.asByteBuffer().limit(blockBytes));
        return crc.getValue();
    }

    private void written(UringBuffer buffer, int result) {
        if (result != blockBytes) {
            buffer.release();
            fail("write answers " + result);
            return;
        }
        buffer.segment().fill((byte) 0);
        room(1);
        long request = loop.begin((token, read, flags) -> read(buffer, read), 0, buffer);
        loop.ring()
                .files()
                .prepareRead(file, buffer.segment(), 0, blockBytes, position)
                .token(request);
    }

    private void read(UringBuffer buffer, int result) {
        long found = sum(buffer.segment());
        buffer.release();
        if (result != blockBytes || found != sum) {
            fail("read answers " + result + ", sum " + found + " instead of " + sum);
        } else {
            done();
        }
    }

    @Override
    void close() {
        room(1);
        long request = loop.begin((token, result, flags) -> {}, 0, null);
        loop.ring().files().prepareClose(file).token(request);
    }
}
