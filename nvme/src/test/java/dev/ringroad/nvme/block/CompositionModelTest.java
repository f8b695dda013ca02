package dev.ringroad.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Whatever devices are made of, they hold what an array of the same size would hold. */
class CompositionModelTest {
    private static final int BLOCK = 512;

    /** One operation; its range is brought into the device's. */
    record Step(BlockOperation operation, long block, int count, int value) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.of(
                                BlockOperation.READ,
                                BlockOperation.WRITE,
                                BlockOperation.WRITE,
                                BlockOperation.WRITE_ZEROES,
                                BlockOperation.COMPARE,
                                BlockOperation.FLUSH),
                        Arbitraries.longs().between(0, 1000),
                        Arbitraries.integers().between(1, 24),
                        Arbitraries.integers().between(1, 255))
                .as(Step::new)
                .list()
                .ofMaxSize(40);
    }

    @Provide
    Arbitrary<List<Integer>> sizes() {
        return Arbitraries.integers().between(10, 60).list().ofMinSize(1).ofMaxSize(4);
    }

    @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED)
    void stripes(
            @ForAll("sizes") List<Integer> sizes,
            @ForAll("chunks") int chunk,
            @ForAll("steps") List<Step> steps)
            throws IOException {
        List<BlockDevice> legs = legs(sizes);
        check(StripeDevice.of("stripe", legs, chunk * BLOCK), legs, steps);
    }

    @Provide
    Arbitrary<Integer> chunks() {
        return Arbitraries.integers().between(1, 9);
    }

    @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED)
    void concatenations(@ForAll("sizes") List<Integer> sizes, @ForAll("steps") List<Step> steps)
            throws IOException {
        List<BlockDevice> legs = legs(sizes);
        check(ConcatDevice.of("concat", legs), legs, steps);
    }

    @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED)
    void mirrors(@ForAll("sizes") List<Integer> sizes, @ForAll("steps") List<Step> steps)
            throws IOException {
        List<BlockDevice> legs = legs(sizes);
        check(MirrorDevice.of("mirror", legs), legs, steps);
    }

    @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
    void slicesOfStripesOfUnlikeBlocks(@ForAll("steps") List<Step> steps) throws IOException {
        List<BlockDevice> legs =
                List.of(
                        MemoryDevice.create("small", 512, 320),
                        MemoryDevice.create("large", 1024, 150));
        StripeDevice stripe = StripeDevice.of("stripe", legs, 2048);
        check(SliceDevice.of("slice", stripe, 5, 99), legs, steps);
    }

    @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
    void fallbacks(@ForAll("steps") List<Step> steps) throws IOException {
        List<BlockDevice> legs = legs(List.of(50));
        BlockDevice limited = new FewOperations(legs.getFirst());
        check(new FallbackDevice(limited), legs, steps);
    }

    private static List<BlockDevice> legs(List<Integer> sizes) throws IOException {
        List<BlockDevice> legs = new ArrayList<>();
        for (int blocks : sizes) {
            legs.add(MemoryDevice.create("leg " + legs.size(), BLOCK, blocks));
        }
        return legs;
    }

    private static void check(BlockDevice device, List<BlockDevice> legs, List<Step> steps)
            throws IOException {
        int blockBytes = device.geometry().blockBytes();
        byte[] model = new byte[Math.toIntExact(device.geometry().byteSize())];
        MemorySegment expected = MemorySegment.ofArray(model);
        try (BlockMemory memory = BlockMemory.allocate(device, "model", 64L * blockBytes);
                Exchange exchange = new Exchange(device.openChannel(3))) {
            for (Step step : steps) {
                step(exchange, device, memory.segment(), expected, step);
            }
            assertSame(exchange, device, memory.segment(), expected);
        }
        device.close();
        for (BlockDevice leg : legs) {
            leg.close();
        }
    }

    private static void step(
            Exchange exchange,
            BlockDevice device,
            MemorySegment memory,
            MemorySegment expected,
            Step step) {
        BlockGeometry shape = device.geometry();
        int blockBytes = shape.blockBytes();
        int most = (int) Math.min(shape.blocks(), shape.requestBlocksMax());
        int count = Math.min(step.count(), most);
        long block = step.block() % (shape.blocks() - count + 1);
        long bytes = (long) count * blockBytes;
        MemorySegment there = expected.asSlice(block * blockBytes, bytes);
        MemorySegment ours = memory.asSlice(0, bytes);
        BlockRequest request = exchange.request().fill(step.operation(), block, count, memory, 0);
        switch (step.operation()) {
            case WRITE -> {
                for (long at = 0; at < bytes; at++) {
                    ours.set(ValueLayout.JAVA_BYTE, at, (byte) (step.value() + at / blockBytes));
                }
                assertThat(exchange.perform(request)).isEqualTo(BlockStatus.OK);
                there.copyFrom(ours);
            }
            case WRITE_ZEROES -> {
                assertThat(exchange.perform(request)).isEqualTo(BlockStatus.OK);
                there.fill((byte) 0);
            }
            case READ -> {
                assertThat(exchange.perform(request)).isEqualTo(BlockStatus.OK);
                assertThat(ours.mismatch(there)).isEqualTo(-1);
            }
            case COMPARE -> {
                ours.copyFrom(there);
                assertThat(exchange.perform(request)).isEqualTo(BlockStatus.OK);
                long changed = step.value() % bytes;
                byte right = ours.get(ValueLayout.JAVA_BYTE, changed);
                ours.set(ValueLayout.JAVA_BYTE, changed, (byte) ~right);
                BlockRequest other =
                        exchange.request().fill(BlockOperation.COMPARE, block, count, memory, 0);
                assertThat(exchange.perform(other)).isEqualTo(BlockStatus.MISCOMPARE);
            }
            default ->
                    assertThat(exchange.perform(exchange.request().flush()))
                            .isEqualTo(BlockStatus.OK);
        }
    }

    private static void assertSame(
            Exchange exchange, BlockDevice device, MemorySegment memory, MemorySegment expected) {
        int blockBytes = device.geometry().blockBytes();
        for (long block = 0; block < device.geometry().blocks(); block++) {
            BlockRequest read = exchange.request().fill(BlockOperation.READ, block, 1, memory, 0);
            assertThat(exchange.perform(read)).isEqualTo(BlockStatus.OK);
            assertThat(
                            memory.asSlice(0, blockBytes)
                                    .mismatch(expected.asSlice(block * blockBytes, blockBytes)))
                    .as("block %d", block)
                    .isEqualTo(-1);
        }
    }
}
