package dev.ringroad.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A leg comes back while the mirror is read and written, and holds what the others do. */
class MirrorRebuildTest {
    private static final int BLOCKS = 4 << 11; // four regions
    private static final int REGION = 1 << 11;
    private static final int WRITERS = 3;

    private MemoryDevice left;
    private MemoryDevice right;
    private FaultDevice leftFaults;
    private FaultDevice rightFaults;

    @BeforeEach
    @BeforeTry
    void open() throws IOException {
        left = MemoryDevice.create("left", 512, BLOCKS);
        right = MemoryDevice.create("right", 512, BLOCKS);
        leftFaults = new FaultDevice("left faults", left);
        rightFaults = new FaultDevice("right faults", right);
    }

    @AfterEach
    @AfterTry
    void close() {
        left.close();
        right.close();
    }

    private MirrorDevice staleRight() {
        left.content().fill((byte) 9);
        return MirrorDevice.of("mirror", List.of(leftFaults, rightFaults), Set.of(1));
    }

    private static byte byteAt(MemoryDevice device, long block) {
        return device.content().get(ValueLayout.JAVA_BYTE, block * 512);
    }

    @Property(tries = 6, shrinking = ShrinkingMode.OFF)
    void whateverIsWrittenMeanwhileIsOnBothLegsAndIsReadBack(
            @ForAll @LongRange(min = 0, max = 1 << 20) long seed) throws Exception {
        BlockDevice slowLeft = new DelayDevice("slow left", leftFaults, 10_000 + seed % 50_000);
        BlockDevice slowRight = new DelayDevice("slow right", rightFaults, 10_000 + seed % 70_000);
        MirrorDevice mirror = MirrorDevice.of("mirror", List.of(slowLeft, slowRight));
        List<MirrorWriter> writers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                MirrorWriter writer = new MirrorWriter(mirror, i, WRITERS, seed);
                writers.add(writer);
                running.add(threads.submit(writer));
            }
            try {
                dropAndRebuild(mirror, 1, rightFaults);
                dropAndRebuild(mirror, 0, leftFaults);
            } finally {
                writers.forEach(MirrorWriter::stop);
            }
            for (Future<?> each : running) {
                Object ignored = each.get();
            }
        }
        assertThat(mirror.warnings()).isEmpty();
        assertThat(left.content().mismatch(right.content())).isEqualTo(-1);
        assertThat(writers).allSatisfy(writer -> assertThat(writer.isHeldBy(left)).isTrue());
    }

    private static void dropAndRebuild(MirrorDevice mirror, int leg, FaultDevice faults)
            throws IOException {
        faults.set(Fault.fail(BlockStatus.MEDIA_ERROR).on(BlockOperation.WRITE).times(3));
        while (mirror.state().get(leg).inSync()) {
            Thread.onSpinWait();
        }
        faults.set();
        mirror.rebuild(leg, (_, _) -> {});
    }

    @Test
    void aWriteToWhatIsBeingCopiedWaitsAndOthersPass() throws Exception {
        MirrorDevice mirror = staleRight();
        rightFaults.set(Fault.hold().on(BlockOperation.WRITE).at(0, 1).times(1));
        try (Exchange exchange = new Exchange(mirror.openChannel(4));
                Arena arena = Arena.ofConfined();
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            MemorySegment memory = arena.allocate(512);
            memory.fill((byte) 5);
            MemorySegment other = arena.allocate(512);
            Future<Void> rebuilt = rebuildUntilHeld(thread, mirror);
            exchange.submit(
                    exchange.request().token(1).fill(BlockOperation.WRITE, 3, 1, memory, 0));
            exchange.submit(
                    exchange.request().token(2).fill(BlockOperation.WRITE, REGION, 1, memory, 0));
            exchange.submit(exchange.request().token(3).fill(BlockOperation.READ, 4, 1, other, 0));
            for (int i = 0; i < 100; i++) {
                exchange.pollAt(i);
            }
            assertThat(exchange.tokens).containsExactlyInAnyOrder(2L, 3L);
            assertThat(exchange.channel.outstanding()).isEqualTo(1);
            rightFaults.release();
            Void ignored = rebuilt.get();
            exchange.drain();
            assertThat(exchange.statuses).containsOnly(BlockStatus.OK).hasSize(3);
        }
        assertThat(left.content().mismatch(right.content())).isEqualTo(-1);
        assertThat(byteAt(left, REGION)).isEqualTo((byte) 5);
    }

    /** A rebuild under way, held by a fault of the right leg. */
    private Future<Void> rebuildUntilHeld(ExecutorService thread, MirrorDevice mirror) {
        Future<Void> rebuilt =
                thread.submit(
                        () -> {
                            mirror.rebuild(1, (_, _) -> {});
                            return null;
                        });
        while (rightFaults.struck() == 0) {
            Thread.onSpinWait();
        }
        return rebuilt;
    }

    @Test
    void aWriteThatTheLegFailsMeanwhileEndsTheRebuildAndNotTheWrite() throws Exception {
        MirrorDevice mirror = staleRight();
        rightFaults.set(
                Fault.hold().on(BlockOperation.WRITE).at(0, 1).times(1),
                Fault.fail(BlockStatus.MEDIA_ERROR).on(BlockOperation.WRITE).at(REGION, 1));
        try (Exchange exchange = new Exchange(mirror.openChannel(4));
                Arena arena = Arena.ofConfined();
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            MemorySegment memory = arena.allocate(512);
            Future<Void> rebuilt = rebuildUntilHeld(thread, mirror);
            BlockRequest write =
                    exchange.request().fill(BlockOperation.WRITE, REGION, 1, memory, 0);
            assertThat(exchange.perform(write)).isEqualTo(BlockStatus.OK);
            rightFaults.release();
            assertThatThrownBy(rebuilt::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("the medium failed");
        }
        assertThat(mirror.warnings()).singleElement().asString().contains("Leg 1", "medium failed");
        assertThat(mirror.state().get(0).inSync()).isTrue();
    }

    @Test
    void aWriteThatOnlyTheLegBeingRebuiltCarriesOutHasFailed() throws Exception {
        MirrorDevice mirror = staleRight();
        rightFaults.set(Fault.hold().on(BlockOperation.WRITE).at(0, 1).times(1));
        leftFaults.set(Fault.fail(BlockStatus.MEDIA_ERROR).on(BlockOperation.WRITE));
        try (Exchange exchange = new Exchange(mirror.openChannel(4));
                Arena arena = Arena.ofConfined();
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            MemorySegment memory = arena.allocate(512);
            Future<Void> rebuilt = rebuildUntilHeld(thread, mirror);
            BlockRequest write =
                    exchange.request().fill(BlockOperation.WRITE, REGION, 1, memory, 0);
            assertThat(exchange.perform(write)).isEqualTo(BlockStatus.MEDIA_ERROR);
            rightFaults.release();
            assertThatThrownBy(rebuilt::get).isInstanceOf(ExecutionException.class);
        }
        assertThat(mirror.state().get(1).inSync()).isFalse();
        assertThat(mirror.state().get(0).inSync()).isTrue();
    }

    @Test
    void aChannelThatIsIdleHoldsNothingUpAndReadsTheLegAfterwards() throws Exception {
        MirrorDevice mirror = staleRight();
        try (Exchange exchange = new Exchange(mirror.openChannel(4));
                Arena arena = Arena.ofConfined()) {
            mirror.rebuild(1, (_, _) -> {});
            leftFaults.set(Fault.fail(BlockStatus.GONE));
            MemorySegment memory = arena.allocate(512);
            for (int i = 0; i < 4; i++) {
                BlockRequest read = exchange.request().fill(BlockOperation.READ, i, 1, memory, 0);
                assertThat(exchange.perform(read)).isEqualTo(BlockStatus.OK);
                assertThat(memory.get(ValueLayout.JAVA_BYTE, 7)).isEqualTo((byte) 9);
            }
        }
        assertThat(mirror.state().get(0).inSync()).isFalse();
    }

    @Test
    void aLegThatCannotBeOpenedAtFirstCanBeLater() throws Exception {
        FewChannels few = new FewChannels(rightFaults);
        left.content().fill((byte) 9);
        MirrorDevice mirror = MirrorDevice.of("mirror", List.of(left, few), Set.of(1));
        try (Exchange exchange = new Exchange(mirror.openChannel(4));
                Arena arena = Arena.ofConfined();
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            MemorySegment memory = arena.allocate(512);
            rightFaults.set(Fault.hold().on(BlockOperation.WRITE).at(0, 1).times(1));
            // The rebuild's own two, and none for the channel that writes.
            few.allowed = 2;
            Future<Void> rebuilt = rebuildUntilHeld(thread, mirror);
            BlockRequest write =
                    exchange.request().fill(BlockOperation.WRITE, REGION, 1, memory, 0);
            assertThat(exchange.perform(write)).isEqualTo(BlockStatus.OK);
            rightFaults.release();
            assertThatThrownBy(rebuilt::get).hasMessageContaining("no channel: none is left");

            few.allowed = Integer.MAX_VALUE;
            mirror.rebuild(1, (_, _) -> {});
            assertThat(exchange.perform(write.fill(BlockOperation.WRITE, 5, 1, memory, 0)))
                    .isEqualTo(BlockStatus.OK);
        }
        assertThat(mirror.warnings()).isEmpty();
        assertThat(left.content().mismatch(right.content())).isEqualTo(-1);
    }

    @Test
    void onlyOneLegAtATimeIsRebuilt() throws Exception {
        try (MemoryDevice third = MemoryDevice.create("third", 512, BLOCKS);
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            MirrorDevice mirror =
                    MirrorDevice.of("mirror", List.of(left, rightFaults, third), Set.of(1, 2));
            CountDownLatch ended = new CountDownLatch(1);
            CountDownLatch begun = new CountDownLatch(1);
            Future<?> first =
                    thread.submit(
                            () -> {
                                mirror.rebuild(
                                        1,
                                        (_, _) -> {
                                            begun.countDown();
                                            awaitQuietly(ended);
                                        });
                                return null;
                            });
            begun.await();
            assertThatThrownBy(() -> mirror.rebuild(2, (_, _) -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Leg 1 of mirror is being rebuilt");
            ended.countDown();
            Object ignored = first.get();
            mirror.rebuild(2, (_, _) -> {});
            assertThat(mirror.warnings()).isEmpty();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aRebuildInTheBackgroundEndsWithTheMirrorAndSaysSo() throws Exception {
        MirrorDevice mirror = staleRight();
        mirror.startRebuild(1);
        while (!mirror.state().get(1).inSync()) {
            Thread.onSpinWait();
        }
        mirror.close();
        assertThat(left.content().mismatch(right.content())).isEqualTo(-1);

        MirrorDevice again =
                MirrorDevice.of(
                        "again",
                        List.of(leftFaults, new LimitedDevice("slow", rightFaults, 0, 4 << 20)),
                        Set.of(1));
        again.startRebuild(1);
        again.close();
        assertThat(again.state().get(1).inSync()).isFalse();
        assertThat(again.warnings()).singleElement().asString().contains("ended before all was");
    }

    @Test
    void metadataAreCopiedWithTheirBlocks() throws IOException {
        try (MemoryDevice good = MemoryDevice.create("good", 512, REGION + 3, 8);
                MemoryDevice stale = MemoryDevice.create("stale", 512, REGION + 3, 8)) {
            MemorySegment content = good.content();
            for (long at = 0; at < content.byteSize(); at++) {
                content.set(ValueLayout.JAVA_BYTE, at, (byte) ((at * 31) >>> 3));
            }

            MirrorDevice.of("mirror", List.of(good, stale), Set.of(1)).rebuild(1, (_, _) -> {});

            assertThat(content.mismatch(stale.content())).isEqualTo(-1);
        }
    }
}
