package dev.ringroad.nvme.block.file;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockClaim;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.DirectChannel;
import dev.ringroad.nvme.block.RequestRules;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/**
 * A file through {@link FileChannel}, for where there is no io_uring: each poll does what was
 * submitted, one after the other, and waits for it; each request costs an object. Interrupting the
 * thread closes the file, as {@link FileChannel} has it.
 */
final class ChannelFileDevice implements BlockDevice {
    static final int REQUEST_BYTES_MAX = 1 << 20;

    private final Path path;
    private final String name;
    private final FileChannel file;
    private final BlockGeometry geometry;
    private final Set<BlockOperation> operations;
    private final RequestRules rules;

    private ChannelFileDevice(
            Path path, FileChannel file, BlockGeometry geometry, Set<BlockOperation> operations) {
        this.path = path;
        this.name = "file:" + path;
        this.file = file;
        this.geometry = geometry;
        this.operations = operations;
        this.rules = new RequestRules(geometry, operations);
    }

    static ChannelFileDevice open(Path path, long bytes, FileOptions options) throws IOException {
        if (options.direct()) {
            throw new IOException(
                    path
                            + " is to be opened around the page cache, which takes io_uring, and that"
                            + " is not there or not wanted; go through the page cache");
        }
        BlockGeometry geometry = geometry(bytes, options);
        Set<OpenOption> how = new HashSet<>(Set.of(StandardOpenOption.READ));
        if (!options.readOnly()) {
            how.add(StandardOpenOption.WRITE);
        }
        return new ChannelFileDevice(
                path, FileChannel.open(path, how), geometry, operations(options.readOnly()));
    }

    static BlockGeometry geometry(long bytes, FileOptions options) {
        int blockBytes = options.blockBytes();
        return new BlockGeometry(
                blockBytes,
                bytes / blockBytes,
                0,
                Math.max(1, REQUEST_BYTES_MAX / blockBytes),
                options.direct() ? blockBytes : 1,
                Math.max(1, 4096 / blockBytes));
    }

    static Set<BlockOperation> operations(boolean readOnly) {
        Set<BlockOperation> known = EnumSet.of(BlockOperation.READ, BlockOperation.FLUSH);
        if (!readOnly) {
            known.add(BlockOperation.WRITE);
        }
        return Collections.unmodifiableSet(known);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public BlockGeometry geometry() {
        return geometry;
    }

    @Override
    public Set<BlockOperation> operations() {
        return operations;
    }

    @Override
    public BlockClaim claim() throws IOException {
        return FileClaim.of(path);
    }

    @Override
    public BlockChannel openChannel(int depth) {
        if (depth < 1) {
            throw new IllegalArgumentException("A channel has a depth of at least 1, not " + depth);
        }
        return new Channel();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private final class Channel extends DirectChannel {
        private final int blockBytes = geometry.blockBytes();

        Channel() {
            super(rules);
        }

        @Override
        protected BlockStatus execute(BlockRequest request) {
            try {
                switch (request.operation()) {
                    case READ -> read(request);
                    case WRITE -> write(request);
                    case FLUSH -> file.force(false);
                    default -> {
                        return BlockStatus.UNSUPPORTED;
                    }
                }
                return BlockStatus.OK;
            } catch (ClosedChannelException _) {
                return BlockStatus.GONE;
            } catch (IOException e) {
                return statusOf(e);
            }
        }

        /** FileChannel has words for what the kernel says, and no number. */
        private static BlockStatus statusOf(IOException e) {
            String message = String.valueOf(e.getMessage());
            return message.contains("No space left")
                    ? BlockStatus.NO_SPACE
                    : message.contains("Input/output error")
                            ? BlockStatus.MEDIA_ERROR
                            : BlockStatus.FAILED;
        }

        private void read(BlockRequest request) throws IOException {
            long bytes = (long) request.blockCount() * blockBytes;
            MemorySegment memory = request.data().asSlice(request.dataOffset(), bytes);
            if (memory.isNative()) {
                readFully(memory.asByteBuffer(), request.block() * blockBytes);
                return;
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment copy = arena.allocate(bytes, blockBytes);
                readFully(copy.asByteBuffer(), request.block() * blockBytes);
                memory.copyFrom(copy);
            }
        }

        private void readFully(ByteBuffer into, long position) throws IOException {
            while (into.hasRemaining()) {
                if (file.read(into, position + into.position()) < 0) {
                    throw new IOException("The file has become shorter");
                }
            }
        }

        private void write(BlockRequest request) throws IOException {
            long bytes = (long) request.blockCount() * blockBytes;
            MemorySegment memory = request.data().asSlice(request.dataOffset(), bytes);
            long position = request.block() * blockBytes;
            if (memory.isNative()) {
                writeFully(memory.asByteBuffer(), position);
            } else {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment copy = arena.allocate(bytes, blockBytes);
                    writeFully(copy.copyFrom(memory).asByteBuffer(), position);
                }
            }
            if (request.forceUnitAccess()) {
                file.force(false);
            }
        }

        private void writeFully(ByteBuffer from, long position) throws IOException {
            while (from.hasRemaining()) {
                int ignored = file.write(from, position + from.position());
            }
        }
    }
}
