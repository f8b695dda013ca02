package dev.ringroad.bench.fileload;

import dev.ringroad.core.linux.FileTrouble;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/** Makes a file of marked blocks. */
final class FileLayout {
    private static final int CHUNK_BYTES = 1 << 20;

    private FileLayout() {}

    /** Makes a new file, and removes it when that fails or somebody asks to end. */
    static void write(Path path, Workload workload, BooleanSupplier asked, LayoutProgress progress)
            throws IOException {
        try (FileChannel channel =
                        FileChannel.open(
                                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            try {
                fill(channel, workload, arena, asked, bytes -> progress.laidOut(path, bytes));
                channel.force(true);
            } catch (IOException e) {
                Files.delete(path);
                throw new IOException(
                        "Laying out "
                                + path
                                + " with "
                                + workload.fileBytes()
                                + " bytes failed: "
                                + FileTrouble.words(e)
                                + "; it is removed again",
                        e);
            }
        } catch (java.nio.file.FileSystemException e) {
            throw new PlanRefused(path + " cannot be made: " + FileTrouble.words(e));
        }
    }

    private static void fill(
            FileChannel channel,
            Workload workload,
            Arena arena,
            BooleanSupplier asked,
            LongConsumer progress)
            throws IOException {
        int blockBytes = workload.blockBytes();
        int blocksAChunk = Math.max(1, CHUNK_BYTES / blockBytes);
        MemorySegment chunk = arena.allocate((long) blocksAChunk * blockBytes, Long.BYTES);
        MemorySegment[] blocks = new MemorySegment[blocksAChunk];
        ByteBuffer[] views = new ByteBuffer[blocksAChunk];
        for (int i = 0; i < blocksAChunk; i++) {
            blocks[i] = chunk.asSlice((long) i * blockBytes, blockBytes);
            views[i] = blocks[i].asByteBuffer();
        }
        BlockMark mark = new BlockMark(blockBytes, workload.seed());
        ByteBuffer from = chunk.asByteBuffer();
        long position = 0;
        while (position < workload.fileBytes()) {
            if (asked.getAsBoolean()) {
                throw new IOException("it was told to end");
            }
            for (int i = 0; i < blocksAChunk; i++) {
                mark.write(blocks[i], views[i], position + (long) i * blockBytes, 0);
            }
            from.clear();
            from.limit((int) Math.min(from.capacity(), workload.fileBytes() - position));
            while (from.hasRemaining()) {
                position += channel.write(from);
            }
            progress.accept(position);
        }
    }
}
