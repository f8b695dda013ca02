package dev.ringroad.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What becomes of a request whose parts become different things. */
class SplitChannelTest {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(1 << 16);
    private final List<MemoryDevice> memories = new ArrayList<>();
    private final List<FaultDevice> faults = new ArrayList<>();
    private StripeDevice stripe;

    @BeforeEach
    void open() throws IOException {
        for (int i = 0; i < 3; i++) {
            memories.add(MemoryDevice.create("leg " + i, 512, 64));
            faults.add(new FaultDevice("faults " + i, memories.getLast()));
        }
        stripe = StripeDevice.of("stripe", List.copyOf(faults), 1024);
    }

    @AfterEach
    void close() {
        arena.close();
        memories.forEach(MemoryDevice::close);
    }

    private BlockRequest write(Exchange exchange, long block, int blocks) {
        return exchange.request().fill(BlockOperation.WRITE, block, blocks, memory, 0);
    }

    @Test
    void tellsTheWorstOfItsPartsOnce() throws Exception {
        faults.get(0).set(Fault.fail(BlockStatus.NO_SPACE));
        faults.get(2).set(Fault.fail(BlockStatus.MEDIA_ERROR).times(1));
        try (Exchange exchange = new Exchange(stripe.openChannel(2))) {
            assertThat(exchange.perform(write(exchange, 0, 30))).isEqualTo(BlockStatus.MEDIA_ERROR);
            assertThat(exchange.perform(write(exchange, 0, 30))).isEqualTo(BlockStatus.NO_SPACE);
            assertThat(exchange.perform(write(exchange, 2, 2))).isEqualTo(BlockStatus.OK);
        }
    }

    @Test
    void cutsARequestOfMorePartsThanItHas() throws Exception {
        try (Exchange exchange = new Exchange(stripe.openChannel(1))) {
            for (int i = 0; i < 100; i++) {
                exchange.submit(write(exchange, 0, 96));
            }
            assertThat(exchange.channel.outstanding()).isEqualTo(100);
            exchange.drain();
            assertThat(exchange.statuses).hasSize(100).containsOnly(BlockStatus.OK);
        }
    }

    @Test
    void completesWhatComesBackInAnyOrder() throws Exception {
        faults.get(1).set(Fault.hold());
        try (Exchange exchange = new Exchange(stripe.openChannel(8))) {
            exchange.submit(write(exchange, 0, 6).token(1)); // all legs
            exchange.submit(write(exchange, 0, 2).token(2)); // leg 0
            exchange.pollAt(1);
            exchange.pollAt(2);
            assertThat(exchange.tokens).containsExactly(2L);
            faults.get(1).release();
            exchange.drain();
            assertThat(exchange.tokens).containsExactly(2L, 1L);
        }
    }

    @Test
    void submitsFromACompletionOfAPart() throws Exception {
        try (Exchange exchange = new Exchange(stripe.openChannel(2))) {
            int[] rounds = {0};
            BlockRequest request =
                    new BlockRequest(
                            (done, status) -> {
                                assertThat(status).isEqualTo(BlockStatus.OK);
                                if (++rounds[0] < 50) {
                                    exchange.submit(
                                            done.fill(BlockOperation.WRITE, 0, 20, memory, 0));
                                }
                            });
            exchange.submit(request.fill(BlockOperation.WRITE, 0, 20, memory, 0));
            exchange.drain();
            assertThat(rounds[0]).isEqualTo(50);
        }
    }

    @Test
    void refusesACompareAndWriteThatCrossesAChunk() throws Exception {
        try (Exchange exchange = new Exchange(stripe.openChannel(2))) {
            BlockRequest within =
                    exchange.request().fill(BlockOperation.COMPARE_AND_WRITE, 2, 2, memory, 0);
            assertThat(exchange.perform(within)).isEqualTo(BlockStatus.OK);
            BlockRequest across =
                    exchange.request().fill(BlockOperation.COMPARE_AND_WRITE, 1, 2, memory, 0);
            assertThat(exchange.perform(across)).isEqualTo(BlockStatus.INVALID);
        }
    }

    @Test
    void opensNoChannelWhenALegHasNone() {
        BlockDevice without = new SliceOfNothing(memories.getFirst());
        StripeDevice broken = StripeDevice.of("broken", List.of(faults.get(0), without), 512);
        assertThatThrownBy(() -> broken.openChannel(1)).isInstanceOf(IOException.class);
    }

    /** A device that has no channel to give. */
    private record SliceOfNothing(BlockDevice below) implements BlockDevice {
        @Override
        public String name() {
            return "without channels";
        }

        @Override
        public BlockGeometry geometry() {
            return below.geometry();
        }

        @Override
        public Set<BlockOperation> operations() {
            return below.operations();
        }

        @Override
        public BlockChannel openChannel(int depth) throws IOException {
            throw new IOException("There is no channel");
        }

        @Override
        public void close() {}
    }

    @Test
    void refusesChunksAndDevicesThatDoNotFit() {
        assertThatThrownBy(() -> StripeDevice.of("s", List.of(), 512))
                .isInstanceOf(IllegalArgumentException.class);
        for (int chunk : new int[] {0, -512, 100, 511, 513}) {
            assertThatThrownBy(() -> StripeDevice.of("s", List.copyOf(memories), chunk))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        NullDevice huge = new NullDevice("huge", 512, Long.MAX_VALUE / 512);
        assertThatThrownBy(() -> ConcatDevice.of("c", List.of(huge, huge)))
                .isInstanceOfAny(ArithmeticException.class, IllegalArgumentException.class);
        assertThatThrownBy(() -> StripeDevice.of("s", List.of(huge, huge), 512))
                .isInstanceOfAny(ArithmeticException.class, IllegalArgumentException.class);
        for (long[] range : new long[][] {{-1, 1}, {60, 5}, {1, Long.MAX_VALUE}, {65, 0}}) {
            assertThatThrownBy(() -> SliceDevice.of("s", memories.get(0), range[0], range[1]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void holdsNothingWhenItHasNoBlocks() throws Exception {
        SliceDevice empty = SliceDevice.of("empty", memories.get(0), 64, 0);
        assertThat(empty.geometry().blocks()).isZero();
        try (Exchange exchange = new Exchange(empty.openChannel(1))) {
            BlockRequest read = exchange.request().fill(BlockOperation.READ, 0, 1, memory, 0);
            assertThat(exchange.perform(read)).isEqualTo(BlockStatus.INVALID);
            assertThat(exchange.perform(exchange.request().flush())).isEqualTo(BlockStatus.OK);
        }
    }

    @Test
    void keepsASliceInsideItsRange() throws Exception {
        SliceDevice slice = SliceDevice.of("slice", memories.get(0), 10, 5);
        memory.fill((byte) 3);
        try (Exchange exchange = new Exchange(slice.openChannel(1))) {
            assertThat(exchange.perform(write(exchange, 0, 5))).isEqualTo(BlockStatus.OK);
            assertThat(exchange.perform(write(exchange, 4, 2))).isEqualTo(BlockStatus.INVALID);
            assertThat(exchange.perform(write(exchange, 5, 1))).isEqualTo(BlockStatus.INVALID);
        }
        MemorySegment content = memories.get(0).content();
        for (int block = 0; block < 64; block++) {
            byte expected = (byte) (block >= 10 && block < 15 ? 3 : 0);
            assertThat(content.get(ValueLayout.JAVA_BYTE, block * 512L)).isEqualTo(expected);
        }
    }

    @Test
    void changesNothingWhereItIsReadOnly() throws Exception {
        PassthroughDevice readOnly = PassthroughDevice.readOnly("ro", memories.get(0));
        try (Exchange exchange = new Exchange(readOnly.openChannel(1))) {
            for (BlockOperation operation : BlockOperation.values()) {
                if (RequestRules.changes(operation)) {
                    BlockRequest request = exchange.request().fill(operation, 0, 1, memory, 0);
                    assertThat(exchange.perform(request)).isEqualTo(BlockStatus.READ_ONLY);
                }
            }
        }
    }
}
