package dev.ringroad.testkit.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.BlockMemory;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * What every {@link BlockDevice} keeps, whatever it is made of.
 *
 * <p>A test of a device extends this and says how to open one with at least 64 blocks. It writes to
 * any of them. Operations that the device does not know are tried once, to be refused.
 */
public abstract class BlockDeviceContract {
    private static final int DEPTH = 8;
    private static final int BLOCKS_MIN = 64;
    private static final long SEED = 42;

    private @Nullable BlockDevice opened;
    private @Nullable BlockMemory allocated;
    private final List<BlockChannel> channels = new ArrayList<>();

    /** Makes the contract; each test opens a device of its own. */
    protected BlockDeviceContract() {}

    /** Opens a device, which the test closes. */
    protected abstract BlockDevice open() throws Exception;

    /** Closes a device that {@link #open} has opened, and what is below it. */
    protected void close(BlockDevice device) throws Exception {
        device.close();
    }

    /** Whether what is written can be read; not so of a device that forgets. */
    protected boolean keepsContent() {
        return true;
    }

    /** Whether several channels may be open at once. */
    protected boolean hasSeveralChannels() {
        return true;
    }

    @BeforeEach
    void openDevice() throws Exception {
        BlockDevice device = open();
        opened = device;
        assertThat(device.geometry().blocks()).isGreaterThanOrEqualTo(BLOCKS_MIN);
        long bytes = (long) device.geometry().blockBytes() * BLOCKS_MIN * 2;
        allocated = BlockMemory.allocate(device, "contract", bytes);
    }

    @AfterEach
    void closeDevice() throws Exception {
        for (BlockChannel channel : channels) {
            Outcomes.drain(channel);
            channel.close();
        }
        if (allocated != null) {
            allocated.close();
        }
        if (opened != null) {
            close(opened);
        }
    }

    private BlockDevice device() {
        return Objects.requireNonNull(opened);
    }

    private BlockGeometry geometry() {
        return device().geometry();
    }

    private MemorySegment memory() {
        return Objects.requireNonNull(allocated).segment();
    }

    private BlockChannel channel() throws IOException {
        BlockChannel channel = device().openChannel(DEPTH);
        channels.add(channel);
        return channel;
    }

    private boolean knows(BlockOperation operation) {
        return device().operations().contains(operation);
    }

    private int blockBytes() {
        return geometry().blockBytes();
    }

    /** The most blocks of one request, or as many as the tests have memory for. */
    private int most() {
        return Math.min(geometry().requestBlocksMax(), BLOCKS_MIN);
    }

    private static void fillRandom(MemorySegment memory, long seed) {
        Random random = new Random(seed);
        for (long at = 0; at + Long.BYTES <= memory.byteSize(); at += Long.BYTES) {
            memory.set(ValueLayout.JAVA_LONG_UNALIGNED, at, random.nextLong());
        }
    }

    private BlockStatus perform(BlockChannel channel, BlockRequest filled) {
        Outcomes.Told told = (Outcomes.Told) filled;
        channel.submit(told);
        assertThat(told.times()).as("completed within submit").isZero();
        assertThat(channel.outstanding()).isPositive();
        Outcomes.drain(channel);
        return told.status();
    }

    private static Outcomes.Told request() {
        return new Outcomes().request();
    }

    private BlockStatus read(BlockChannel channel, long block, int count, long offset) {
        return perform(
                channel, request().fill(BlockOperation.READ, block, count, memory(), offset));
    }

    private BlockStatus write(BlockChannel channel, long block, int count, long offset) {
        return perform(
                channel, request().fill(BlockOperation.WRITE, block, count, memory(), offset));
    }

    /** Whether it keeps what is written to it. */
    private boolean remembers() {
        return keepsContent() && knows(BlockOperation.WRITE);
    }

    @Test
    void describesItself() {
        assertThat(device().name()).isNotBlank();
        assertThat(device().operations()).contains(BlockOperation.READ, BlockOperation.FLUSH);
    }

    @Test
    void readsBackWhatWasWritten() throws Exception {
        if (!remembers()) {
            return;
        }
        BlockChannel channel = channel();
        int half = most() / 2 + 1;
        long bytes = (long) half * blockBytes();
        MemorySegment written = memory().asSlice(0, bytes);
        MemorySegment into = memory().asSlice((long) BLOCKS_MIN * blockBytes(), bytes);
        for (int count : new int[] {1, Math.min(2, half), half}) {
            long last = geometry().blocks() - count;
            for (long block : new long[] {0, 1, 7, last / 2, last}) {
                long length = (long) count * blockBytes();
                fillRandom(written, SEED + block);
                into.fill((byte) 1);
                assertThat(write(channel, block, count, 0)).isEqualTo(BlockStatus.OK);
                assertThat(read(channel, block, count, (long) BLOCKS_MIN * blockBytes()))
                        .isEqualTo(BlockStatus.OK);
                assertThat(written.asSlice(0, length).mismatch(into.asSlice(0, length)))
                        .as("%d blocks at %d", count, block)
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void keepsBlocksApart() throws Exception {
        if (!remembers()) {
            return;
        }
        BlockChannel channel = channel();
        for (int block = 0; block < BLOCKS_MIN; block++) {
            memory().asSlice(0, blockBytes()).fill((byte) (block + 1));
            assertThat(write(channel, block, 1, 0)).isEqualTo(BlockStatus.OK);
        }
        for (int block = 0; block < BLOCKS_MIN; block++) {
            assertThat(read(channel, block, 1, 0)).isEqualTo(BlockStatus.OK);
            for (int at = 0; at < blockBytes(); at += 64) {
                assertThat(memory().get(ValueLayout.JAVA_BYTE, at)).isEqualTo((byte) (block + 1));
            }
        }
    }

    @Test
    void readsIntoItsPartOfTheMemoryOnly() throws Exception {
        BlockChannel channel = channel();
        int bytes = blockBytes();
        memory().fill((byte) 0x5a);
        assertThat(read(channel, 3, 1, bytes)).isEqualTo(BlockStatus.OK);
        for (long at = 0; at < bytes; at++) {
            assertThat(memory().get(ValueLayout.JAVA_BYTE, at)).isEqualTo((byte) 0x5a);
            assertThat(memory().get(ValueLayout.JAVA_BYTE, at + 2L * bytes)).isEqualTo((byte) 0x5a);
        }
    }

    @Test
    void completesMoreThanItsDepthEachOnce() throws Exception {
        BlockChannel channel = channel();
        Outcomes outcomes = new Outcomes();
        int count = DEPTH * 10;
        for (int i = 0; i < count; i++) {
            long offset = (long) (i % BLOCKS_MIN) * blockBytes();
            BlockRequest request = outcomes.request();
            channel.submit(request.fill(BlockOperation.READ, i % BLOCKS_MIN, 1, memory(), offset));
        }
        assertThat(channel.outstanding()).isEqualTo(count);
        Outcomes.drain(channel);
        outcomes.assertAll(BlockStatus.OK);
    }

    @Test
    void countsWhatItCompletes() throws Exception {
        BlockChannel channel = channel();
        Outcomes outcomes = new Outcomes();
        for (int i = 0; i < 20; i++) {
            channel.submit(outcomes.request().fill(BlockOperation.READ, i, 1, memory(), 0));
        }
        channel.submit(outcomes.request().fill(BlockOperation.READ, -1, 1, memory(), 0));
        int completed = 0;
        long begin = System.nanoTime();
        while (channel.outstanding() > 0) {
            completed += channel.poll(System.nanoTime());
            assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.MINUTES.toNanos(1));
        }
        assertThat(completed).isEqualTo(21);
        assertThat(channel.poll(System.nanoTime())).isZero();
    }

    @Test
    void takesARequestAgainFromItsCompletion() throws Exception {
        BlockChannel channel = channel();
        int[] rounds = {0};
        BlockRequest request =
                new BlockRequest(
                        (done, status) -> {
                            assertThat(status).isEqualTo(BlockStatus.OK);
                            if (++rounds[0] < 100) {
                                channel.submit(
                                        done.fill(
                                                BlockOperation.READ,
                                                rounds[0] % BLOCKS_MIN,
                                                1,
                                                memory(),
                                                0));
                            }
                        });
        channel.submit(request.fill(BlockOperation.READ, 0, 1, memory(), 0));
        Outcomes.drain(channel);
        assertThat(rounds[0]).isEqualTo(100);
    }

    @Test
    void refusesBlocksThatThereAreNot() throws Exception {
        BlockChannel channel = channel();
        long blocks = geometry().blocks();
        long[][] ranges = {
            {blocks, 1},
            {blocks - 1, 2},
            {-1, 1},
            {Long.MAX_VALUE, 1},
            {Long.MAX_VALUE, 2},
            {Long.MIN_VALUE, 1},
            {Long.MAX_VALUE / blockBytes(), 1},
            {0, 0},
            {0, -1},
            {0, Integer.MIN_VALUE},
        };
        for (long[] range : ranges) {
            for (BlockOperation operation : device().operations()) {
                if (operation != BlockOperation.FLUSH) {
                    BlockRequest request =
                            request().fill(operation, range[0], (int) range[1], memory(), 0);
                    assertThat(perform(channel, request))
                            .as("%s of %d blocks at %d", operation, range[1], range[0])
                            .isEqualTo(BlockStatus.INVALID);
                }
            }
        }
        assertThat(read(channel, 0, 1, 0)).isEqualTo(BlockStatus.OK);
    }

    @Test
    void refusesWhatIsTooMuchAtOnce() throws Exception {
        BlockChannel channel = channel();
        long bytes = (geometry().requestBlocksMax() + 1L) * blockBytes();
        boolean exists = geometry().blocks() > geometry().requestBlocksMax();
        if (!exists || bytes > 1 << 26) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment large = arena.allocate(bytes, 4096);
            int count = geometry().requestBlocksMax() + 1;
            assertThat(perform(channel, request().fill(BlockOperation.READ, 0, count, large, 0)))
                    .isEqualTo(BlockStatus.INVALID);
        }
    }

    @Test
    void refusesMemoryThatIsTooSmall() throws Exception {
        BlockChannel channel = channel();
        long end = memory().byteSize();
        for (long offset : new long[] {end - blockBytes() + 1, end, end + 1, -1, Long.MAX_VALUE}) {
            assertThat(read(channel, 0, 1, offset))
                    .as("offset %d", offset)
                    .isEqualTo(BlockStatus.INVALID);
        }
        BlockRequest without = request().fill(BlockOperation.READ, 0, 1, MemorySegment.NULL, 0);
        assertThat(perform(channel, without)).isEqualTo(BlockStatus.INVALID);
    }

    @Test
    void refusesMemoryThatMayNotBeWritten() throws Exception {
        BlockChannel channel = channel();
        BlockRequest request = request().fill(BlockOperation.READ, 0, 1, memory().asReadOnly(), 0);
        assertThat(perform(channel, request)).isEqualTo(BlockStatus.INVALID);
    }

    @Test
    void refusesMemoryThatIsGone() throws Exception {
        BlockChannel channel = channel();
        MemorySegment gone;
        try (Arena arena = Arena.ofConfined()) {
            gone = arena.allocate(blockBytes(), 4096);
        }
        assertThat(perform(channel, request().fill(BlockOperation.READ, 0, 1, gone, 0)))
                .isEqualTo(BlockStatus.INVALID);
    }

    @Test
    void refusesMemoryThatIsNotAligned() throws Exception {
        if (geometry().dataAlignment() == 1) {
            return;
        }
        assertThat(read(channel(), 0, 1, geometry().dataAlignment() / 2))
                .isEqualTo(BlockStatus.INVALID);
    }

    @Test
    void takesMemoryOfAnyKind() throws Exception {
        BlockChannel channel = channel();
        int bytes = blockBytes();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment confined = arena.allocate(bytes, 4096);
            MemorySegment heap = MemorySegment.ofArray(new byte[bytes + 3]);
            if (knows(BlockOperation.WRITE)) {
                fillRandom(confined, SEED);
                BlockRequest write = request().fill(BlockOperation.WRITE, 5, 1, confined, 0);
                assertThat(perform(channel, write)).isEqualTo(BlockStatus.OK);
            }
            BlockRequest read = request().fill(BlockOperation.READ, 5, 1, heap, 3);
            assertThat(perform(channel, read)).isEqualTo(BlockStatus.OK);
            if (keepsContent() && knows(BlockOperation.WRITE)) {
                assertThat(heap.asSlice(3).mismatch(confined)).isEqualTo(-1);
                BlockRequest write = request().fill(BlockOperation.WRITE, 6, 1, heap, 3);
                assertThat(perform(channel, write)).isEqualTo(BlockStatus.OK);
                assertThat(read(channel, 6, 1, 0)).isEqualTo(BlockStatus.OK);
                assertThat(memory().asSlice(0, bytes).mismatch(confined)).isEqualTo(-1);
            }
        }
    }

    @Test
    void refusesWhatItDoesNotKnow() throws Exception {
        BlockChannel channel = channel();
        for (BlockOperation operation : BlockOperation.values()) {
            if (!knows(operation)) {
                BlockRequest request = request().fill(operation, 0, 1, memory(), 0);
                assertThat(perform(channel, request))
                        .as("%s", operation)
                        .isIn(BlockStatus.UNSUPPORTED, BlockStatus.READ_ONLY);
            }
        }
    }

    @Test
    void flushesAtAnyTime() throws Exception {
        BlockChannel channel = channel();
        assertThat(perform(channel, request().flush())).isEqualTo(BlockStatus.OK);
        Outcomes outcomes = new Outcomes();
        BlockOperation operation =
                knows(BlockOperation.WRITE) ? BlockOperation.WRITE : BlockOperation.READ;
        for (int i = 0; i < 2 * DEPTH; i++) {
            channel.submit(outcomes.request().fill(operation, i, 1, memory(), 0));
            channel.submit(outcomes.request().flush());
        }
        Outcomes.drain(channel);
        outcomes.assertAll(BlockStatus.OK);
    }

    @Test
    void writesThroughWhenItIsForced() throws Exception {
        if (!knows(BlockOperation.WRITE)) {
            return;
        }
        BlockRequest request =
                request().fill(BlockOperation.WRITE, 0, 1, memory(), 0).forceUnitAccess(true);
        assertThat(perform(channel(), request)).isEqualTo(BlockStatus.OK);
    }

    @Test
    void writesZeroes() throws Exception {
        if (!knows(BlockOperation.WRITE_ZEROES) || !remembers()) {
            return;
        }
        BlockChannel channel = channel();
        int count = Math.min(most(), 6);
        writeOnes(channel, 8);
        BlockRequest zeroes =
                request().fill(BlockOperation.WRITE_ZEROES, 1, count, MemorySegment.NULL, 0);
        assertThat(perform(channel, zeroes)).isEqualTo(BlockStatus.OK);
        for (int block = 0; block < 8; block++) {
            assertThat(read(channel, block, 1, 0)).isEqualTo(BlockStatus.OK);
            byte expected = (byte) (block >= 1 && block < 1 + count ? 0 : 1);
            for (int at = 0; at < blockBytes(); at++) {
                assertThat(memory().get(ValueLayout.JAVA_BYTE, at))
                        .as("block %d", block)
                        .isEqualTo(expected);
            }
        }
    }

    private void writeOnes(BlockChannel channel, int blocks) {
        memory().fill((byte) 1);
        for (int block = 0; block < blocks; block++) {
            assertThat(write(channel, block, 1, 0)).isEqualTo(BlockStatus.OK);
        }
    }

    @Test
    void leavesOldContentOrZeroesWhereUnmapped() throws Exception {
        if (!knows(BlockOperation.UNMAP) || !remembers()) {
            return;
        }
        BlockChannel channel = channel();
        int count = Math.min(most(), 6);
        writeOnes(channel, 8);
        BlockRequest unmap = request().fill(BlockOperation.UNMAP, 1, count, MemorySegment.NULL, 0);
        assertThat(perform(channel, unmap)).isEqualTo(BlockStatus.OK);
        for (int block = 0; block < 8; block++) {
            assertThat(read(channel, block, 1, 0)).isEqualTo(BlockStatus.OK);
            byte first = memory().get(ValueLayout.JAVA_BYTE, 0);
            boolean unmapped = block >= 1 && block < 1 + count;
            assertThat(first == 1 || (unmapped && first == 0)).isTrue();
            for (int at = 0; at < blockBytes(); at++) {
                assertThat(memory().get(ValueLayout.JAVA_BYTE, at)).isEqualTo(first);
            }
        }
    }

    @Test
    void comparesBlocksWithMemory() throws Exception {
        if (!knows(BlockOperation.COMPARE) || !remembers()) {
            return;
        }
        BlockChannel channel = channel();
        int count = Math.min(most(), 4);
        fillRandom(memory(), SEED);
        for (int block = 0; block < count; block++) {
            assertThat(write(channel, block, 1, (long) block * blockBytes()))
                    .isEqualTo(BlockStatus.OK);
        }
        assertThat(perform(channel, request().fill(BlockOperation.COMPARE, 0, count, memory(), 0)))
                .isEqualTo(BlockStatus.OK);
        long last = (long) count * blockBytes() - 1;
        byte before = memory().get(ValueLayout.JAVA_BYTE, last);
        memory().set(ValueLayout.JAVA_BYTE, last, (byte) (before + 1));
        assertThat(perform(channel, request().fill(BlockOperation.COMPARE, 0, count, memory(), 0)))
                .isEqualTo(BlockStatus.MISCOMPARE);
    }

    @Test
    void writesOnlyWhatComparesEqual() throws Exception {
        if (!knows(BlockOperation.COMPARE_AND_WRITE) || !remembers()) {
            return;
        }
        BlockChannel channel = channel();
        int bytes = blockBytes();
        writeOnes(channel, 1);
        memory().asSlice(bytes, bytes).fill((byte) 2);
        BlockRequest swap = request().fill(BlockOperation.COMPARE_AND_WRITE, 0, 1, memory(), 0);
        assertThat(perform(channel, swap)).isEqualTo(BlockStatus.OK);
        assertThat(read(channel, 0, 1, 2L * bytes)).isEqualTo(BlockStatus.OK);
        assertThat(memory().get(ValueLayout.JAVA_BYTE, 2L * bytes)).isEqualTo((byte) 2);

        memory().asSlice(bytes, bytes).fill((byte) 3);
        BlockRequest again = request().fill(BlockOperation.COMPARE_AND_WRITE, 0, 1, memory(), 0);
        assertThat(perform(channel, again)).isEqualTo(BlockStatus.MISCOMPARE);
        assertThat(read(channel, 0, 1, 2L * bytes)).isEqualTo(BlockStatus.OK);
        assertThat(memory().get(ValueLayout.JAVA_BYTE, 2L * bytes)).isEqualTo((byte) 2);
    }

    @Test
    void showsEachChannelWhatOthersWrote() throws Exception {
        if (!hasSeveralChannels() || !remembers()) {
            return;
        }
        BlockChannel one = channel();
        BlockChannel other = channel();
        memory().asSlice(0, blockBytes()).fill((byte) 9);
        assertThat(write(one, 11, 1, 0)).isEqualTo(BlockStatus.OK);
        memory().fill((byte) 0);
        assertThat(read(other, 11, 1, 0)).isEqualTo(BlockStatus.OK);
        assertThat(memory().get(ValueLayout.JAVA_BYTE, 17)).isEqualTo((byte) 9);
    }

    @Test
    void closesNoChannelWithRequestsOutstanding() throws Exception {
        BlockChannel channel = channel();
        Outcomes.Told request = request();
        channel.submit(request.fill(BlockOperation.READ, 0, 1, memory(), 0));
        assertThatThrownBy(channel::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1");
        Outcomes.drain(channel);
        assertThat(request.status()).isEqualTo(BlockStatus.OK);
    }

    @Test
    void servesThreadsAtOnce() throws Exception {
        if (!hasSeveralChannels() || !remembers()) {
            return;
        }
        List<Throwable> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            long first = i * 32L;
            Thread thread =
                    Thread.ofPlatform()
                            .uncaughtExceptionHandler(
                                    (_, failure) -> {
                                        synchronized (failures) {
                                            failures.add(failure);
                                        }
                                    })
                            .start(() -> writeAndReadBack(first));
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }

    private void writeAndReadBack(long first) {
        try (BlockClient client = BlockClient.open(device());
                Arena arena = Arena.ofConfined()) {
            MemorySegment own = arena.allocate(blockBytes(), 4096);
            for (int round = 0; round < 50; round++) {
                long block = first + round % 32;
                own.fill((byte) (first + round));
                client.write(block, 1, own, 0);
                own.fill((byte) 0);
                client.read(block, 1, own, 0);
                assertThat(own.get(ValueLayout.JAVA_BYTE, blockBytes() - 1L))
                        .isEqualTo((byte) (first + round));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void refusesAChannelWithoutDepth() {
        assertThatThrownBy(() -> device().openChannel(0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
