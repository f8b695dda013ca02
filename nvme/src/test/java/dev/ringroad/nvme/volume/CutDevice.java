package dev.ringroad.nvme.volume;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.RequestRules;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A drive with a volatile cache, for one thread: requests are done in any order, and a power cut
 * leaves what was flushed and, of what was written since, any sectors of 512 bytes.
 */
final class CutDevice implements BlockDevice {
    static final int SECTOR = 512;

    private final BlockGeometry geometry;
    private final Set<BlockOperation> operations;
    private final Random random;
    private final RequestRules rules;
    private final byte[] cached;
    private final byte[] durable;
    private final List<Write> unflushed = new ArrayList<>();
    private Runnable onEvent = () -> {};

    /** Of the writes from now on, the one after so many fails, and so does all after it. */
    int writesUntilFailure = Integer.MAX_VALUE;

    /**
     * What a write changed and no flush has made durable; of each sector, whether it still counts.
     */
    private static final class Write {
        final int firstSector;
        final byte[] bytes;
        final boolean[] isOld;
        boolean isDone;

        Write(int firstSector, byte[] bytes) {
            this.firstSector = firstSector;
            this.bytes = bytes;
            this.isOld = new boolean[bytes.length / SECTOR];
        }

        void apply(byte[] image, int sector) {
            System.arraycopy(
                    bytes, sector * SECTOR, image, (firstSector + sector) * SECTOR, SECTOR);
        }

        void apply(byte[] image) {
            for (int i = 0; i < isOld.length; i++) {
                if (!isOld[i]) {
                    apply(image, i);
                }
            }
        }
    }

    CutDevice(byte[] content, int blockBytes, boolean clears, Random random) {
        this.cached = content.clone();
        this.durable = content.clone();
        this.random = random;
        // Requests of 8 KiB at most, so that clusters are filled in several.
        geometry =
                new BlockGeometry(
                        blockBytes, content.length / blockBytes, 0, 8192 / blockBytes, 1, 1);
        operations =
                clears
                        ? EnumSet.of(
                                BlockOperation.READ,
                                BlockOperation.WRITE,
                                BlockOperation.FLUSH,
                                BlockOperation.WRITE_ZEROES)
                        : EnumSet.of(
                                BlockOperation.READ, BlockOperation.WRITE, BlockOperation.FLUSH);
        rules = RequestRules.of(this);
    }

    /** Called after each write and flush, before its owner knows. */
    void onEvent(Runnable action) {
        onEvent = action;
    }

    int unflushedCount() {
        return unflushed.size();
    }

    /**
     * What a power cut may leave now.
     *
     * @param chosen by bit, which of the first 64 unflushed writes have reached the medium
     */
    byte[] image(long chosen) {
        byte[] image = durable.clone();
        for (int i = 0; i < unflushed.size(); i++) {
            if ((chosen >>> i & 1) != 0) {
                unflushed.get(i).apply(image);
            }
        }
        return image;
    }

    /** The same with any sectors of any writes. */
    byte[] tornImage() {
        byte[] image = durable.clone();
        for (Write write : unflushed) {
            int kind = random.nextInt(4);
            for (int i = 0; i < write.isOld.length && kind > 0; i++) {
                if (!write.isOld[i] && (kind == 1 || random.nextBoolean())) {
                    write.apply(image, i);
                }
            }
            if (kind > 0 && isSuperblock(write) && random.nextBoolean()) {
                image[write.firstSector * SECTOR + random.nextInt(SECTOR)] ^= 1;
            }
        }
        return image;
    }

    // It lies in one sector, so that it would never be torn; a drive may spoil that one as well.
    private static boolean isSuperblock(Write write) {
        return write.firstSector == Page.SUPERBLOCK_PAGE * Page.BYTES / SECTOR
                || write.firstSector == Page.TWIN_PAGE * Page.BYTES / SECTOR;
    }

    /** What is read now. */
    byte[] content() {
        return cached.clone();
    }

    @Override
    public String name() {
        return "cut";
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
    public BlockChannel openChannel(int depth) {
        return new Channel();
    }

    @Override
    public void close() {}

    private final class Channel implements BlockChannel {
        private final List<Pending> queue = new ArrayList<>();

        private record Pending(BlockRequest request, List<Write> writes) {}

        @Override
        public void submit(BlockRequest request) {
            if (rules.check(request) != BlockStatus.OK) {
                throw new AssertionError(
                        "Not a request for this device: "
                                + request.operation()
                                + " "
                                + request.block()
                                + "+"
                                + request.blockCount());
            }
            queue.add(new Pending(request, writesOf(request)));
        }

        private List<Write> writesOf(BlockRequest request) {
            int bytes = request.blockCount() * geometry.blockBytes();
            int sector = (int) (request.block() * geometry.blockBytes() / SECTOR);
            return switch (request.operation()) {
                case FLUSH -> unflushed.stream().filter(write -> write.isDone).toList();
                case WRITE -> {
                    byte[] data = new byte[bytes];
                    MemorySegment.copy(
                            request.data(),
                            ValueLayout.JAVA_BYTE,
                            request.dataOffset(),
                            data,
                            0,
                            bytes);
                    yield List.of(begin(new Write(sector, data)));
                }
                case WRITE_ZEROES -> List.of(begin(new Write(sector, new byte[bytes])));
                default -> List.of();
            };
        }

        private Write begin(Write write) {
            unflushed.add(write);
            return write;
        }

        @Override
        public int poll(long nowNanos) {
            int count = queue.isEmpty() ? 0 : 1 + random.nextInt(queue.size());
            for (int i = 0; i < count; i++) {
                Pending pending = queue.remove(random.nextInt(queue.size()));
                BlockStatus status = carryOut(pending);
                onEvent.run();
                pending.request.complete(status, 0);
            }
            return count;
        }

        private BlockStatus carryOut(Pending pending) {
            BlockRequest request = pending.request;
            switch (request.operation()) {
                case READ ->
                        MemorySegment.copy(
                                cached,
                                (int) (request.block() * geometry.blockBytes()),
                                request.data(),
                                ValueLayout.JAVA_BYTE,
                                request.dataOffset(),
                                request.blockCount() * geometry.blockBytes());
                case FLUSH -> {
                    for (Write write : pending.writes) {
                        // Another flush may have been quicker, and a later write durable since.
                        if (unflushed.remove(write)) {
                            write.apply(durable);
                        }
                    }
                }
                default -> {
                    if (writesUntilFailure-- <= 0) {
                        return BlockStatus.MEDIA_ERROR;
                    }
                    done(pending.writes.getFirst(), request.forceUnitAccess());
                }
            }
            return BlockStatus.OK;
        }

        private void done(Write write, boolean isForced) {
            write.isDone = true;
            write.apply(cached);
            if (isForced) {
                write.apply(durable);
                unflushed.remove(write);
                for (Write other : unflushed) {
                    for (int i = 0; i < write.isOld.length; i++) {
                        int index = write.firstSector + i - other.firstSector;
                        if (other.isDone && index >= 0 && index < other.isOld.length) {
                            other.isOld[index] = true;
                        }
                    }
                }
            }
        }

        @Override
        public int outstanding() {
            return queue.size();
        }

        @Override
        public boolean prepareSleep(PollSet wake) {
            return false;
        }

        @Override
        public void close() {
            if (!queue.isEmpty()) {
                throw new IllegalStateException("Closed with requests outstanding");
            }
        }
    }
}
