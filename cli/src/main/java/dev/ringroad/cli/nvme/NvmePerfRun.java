package dev.ringroad.cli.nvme;

import dev.ringroad.bench.blockload.BlockLoad;
import dev.ringroad.bench.blockload.BlockPlan;
import dev.ringroad.bench.blockload.BlockReport;
import dev.ringroad.bench.fileload.LoadSample;
import dev.ringroad.cli.common.BlockDevices;
import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.nvme.block.BlockDevice;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One load: begins it, tells every second, and sums it up, also when the process is to end. */
final class NvmePerfRun {
    private static final long LOOK_MILLIS = 10;
    private static final long END_SECONDS = 10;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    private NvmePerfRun() {}

    /**
     * Runs a load to its end.
     *
     * @param json where to write what was measured
     */
    static void run(BlockPlan plan, String text, @Nullable Path json) {
        NvmePerfRun run = new NvmePerfRun();
        Thread hook = new Thread(run::endInOrder, "perf end");
        Runtime.getRuntime().addShutdownHook(hook);
        try (BlockDevice device = BlockDevices.open(text)) {
            run.watch(loadOf(plan, device), json);
        } catch (IOException e) {
            throw Refusal.failed(e.getMessage() + ".");
        } finally {
            run.ended.countDown();
        }
    }

    private static BlockLoad loadOf(BlockPlan plan, BlockDevice device) {
        try {
            return new BlockLoad(plan, device);
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
    }

    /** Runs when the process is told to end, by Ctrl-C for one, and holds it until all is told. */
    private void endInOrder() {
        asked.countDown();
        try {
            if (!ended.await(END_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("ringroad: the device does not answer what it was asked.");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch(BlockLoad load, @Nullable Path json) throws IOException {
        BlockReport report = new BlockReport(load);
        System.out.print(report.path());
        load.begin();
        long begin = System.nanoTime();
        long told = begin;
        LoadSample last = load.sample();
        while (!load.isDone()) {
            if (pause()) {
                load.stop();
            }
            long now = System.nanoTime();
            if (now - told >= SECOND_NANOS) {
                LoadSample sample = load.sample();
                System.out.print(report.live((now - begin) / SECOND_NANOS, sample.since(last)));
                last = sample;
                told = now;
            }
        }
        LoadSample whole = load.sample();
        System.out.print(report.summary(whole));
        if (json != null) {
            OutputFile.write(json, report.json(whole));
        }
        Throwable failure = load.failure();
        if (failure != null) {
            throw failure instanceof IOException known
                    ? known
                    : new IOException("It failed: " + failure, failure);
        }
    }

    /** True when the process was told to end. */
    private boolean pause() {
        try {
            boolean isAsked = asked.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (isAsked) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS); // the threads are about to end
            }
            return isAsked;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
