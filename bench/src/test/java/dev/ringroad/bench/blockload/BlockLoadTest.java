package dev.ringroad.bench.blockload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.bench.Json;
import dev.ringroad.bench.fileload.AccessMode;
import dev.ringroad.bench.fileload.LoadPlan;
import dev.ringroad.nvme.block.BlockCounts;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.Fault;
import dev.ringroad.nvme.block.FaultDevice;
import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.block.StatisticsDevice;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;

/** What a load says that it did is what the device has seen. */
final class BlockLoadTest {
    private static final int BLOCKS = 2048;
    private static final int IO_BYTES = 4096;

    private MemoryDevice memory;
    private StatisticsDevice seen;

    @BeforeEach
    void open() throws IOException {
        memory = MemoryDevice.create("memory", 512, BLOCKS);
        seen = new StatisticsDevice("seen", memory);
    }

    @AfterEach
    void close() {
        memory.close();
    }

    private static BlockPlan plan(AccessMode mode, LoadPlan.Limits limits, boolean verified) {
        return new BlockPlan(mode, 70, IO_BYTES, 0, 7, 3, limits, verified, 42);
    }

    private static BlockLoad run(BlockPlan plan, BlockDevice device) throws InterruptedException {
        BlockLoad load = new BlockLoad(plan, device);
        load.begin();
        while (!load.isDone()) {
            Thread.sleep(1);
        }
        return load;
    }

    private static Map<?, ?> json(BlockLoad load) {
        String text = new BlockReport(load).json(load.sample());
        return (Map<?, ?>) Objects.requireNonNull(Json.parse(text));
    }

    private static long count(Map<?, ?> json, String what) {
        Map<?, ?> figures = (Map<?, ?>) Objects.requireNonNull(json.get(what));
        return ((Double) Objects.requireNonNull(figures.get("count"))).longValue();
    }

    @ParameterizedTest
    @EnumSource(AccessMode.class)
    void countsAreThoseOfTheDevice(AccessMode mode) throws Exception {
        BlockLoad load = run(plan(mode, new LoadPlan.Limits(0, 1000, 0), false), seen);
        Map<?, ?> json = json(load);
        BlockCounts counts = seen.counts();
        assertThat(load.failure()).isNull();
        assertThat(count(json, "reads")).isEqualTo(counts.requests(BlockOperation.READ));
        assertThat(count(json, "writes")).isEqualTo(counts.requests(BlockOperation.WRITE));
        assertThat(count(json, "reads") + count(json, "writes")).isEqualTo(1000);
        assertThat(counts.bytes(BlockOperation.READ)).isEqualTo(count(json, "reads") * IO_BYTES);
        assertThat(count(json, "reads") > 0).isEqualTo(mode.reads());
        assertThat(count(json, "writes") > 0).isEqualTo(mode.writes());
    }

    @Test
    void withoutALimitEachBlockIsWrittenOnceAndReadBack() throws Exception {
        BlockLoad load = run(plan(AccessMode.WRITE, new LoadPlan.Limits(0, 0, 0), true), seen);
        int blocks = BLOCKS * 512 / IO_BYTES;
        assertThat(load.failure()).isNull();
        assertThat(json(load).get("read_back")).isEqualTo((double) blocks);
        assertThat(seen.counts().requests(BlockOperation.WRITE)).isEqualTo(blocks);
        assertThat(seen.counts().requests(BlockOperation.READ)).isEqualTo(blocks);
        assertThat(seen.counts().requests(BlockOperation.FLUSH)).isEqualTo(3);
        BlockLoad again = run(plan(AccessMode.READ, new LoadPlan.Limits(0, 0, 0), true), seen);
        assertThat(again.failure()).isNull();
        assertThat(again.sample().reads()).isEqualTo(blocks);
    }

    @Test
    void aRateIsNeverExceeded() throws Exception {
        BlockLoad load =
                run(plan(AccessMode.RANDREAD, new LoadPlan.Limits(0, 60, 200), false), seen);
        // The first of each thread is free; the others take five milliseconds each.
        assertThat(load.sample().nanos()).isGreaterThan(56 * 5_000_000L);
        assertThat(load.sample().reads()).isEqualTo(60);
    }

    @Test
    void whatIsStoppedIsNotReadBackAndSaysHowMuch() throws Exception {
        BlockLoad load =
                new BlockLoad(
                        plan(AccessMode.RANDWRITE, new LoadPlan.Limits(1L << 60, 0, 0), true),
                        seen);
        load.begin();
        while (load.sample().writes() == 0) {
            Thread.sleep(1);
        }
        load.stop();
        while (!load.isDone()) {
            Thread.sleep(1);
        }
        assertThat(load.isInterrupted()).isTrue();
        assertThat(load.failure()).isNull();
        assertThat(new BlockReport(load).summary(load.sample()))
                .contains(
                        "Interrupted: nothing was verified; "
                                + load.writtenBlocks()
                                + " written blocks were not read back");
        assertThat(load.writtenBlocks()).isPositive();
    }

    @Test
    void aFlushThatFailsFailsTheLoad() throws Exception {
        FaultDevice faults = new FaultDevice("faults", seen);
        faults.set(Fault.fail(BlockStatus.TIMED_OUT).on(BlockOperation.FLUSH));
        BlockLoad load = run(plan(AccessMode.WRITE, new LoadPlan.Limits(0, 0, 0), true), faults);
        assertThat(load.failure()).hasMessage("The flush failed: no answer in time");
        assertThat(json(load).get("failure")).isEqualTo("The flush failed: no answer in time");
    }
}
