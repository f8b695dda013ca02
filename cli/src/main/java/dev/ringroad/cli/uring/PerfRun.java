package dev.ringroad.cli.uring;

import dev.ringroad.bench.fileload.FileLoad;
import dev.ringroad.bench.fileload.LayoutProgress;
import dev.ringroad.bench.fileload.LoadPlan;
import dev.ringroad.bench.fileload.LoadReport;
import dev.ringroad.bench.fileload.LoadSample;
import dev.ringroad.bench.fileload.PlanRefused;
import dev.ringroad.bench.fileload.Workload;
import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.linux.FileTrouble;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One load: begins it, tells every second, and sums it up, also when the process is to end. */
final class PerfRun {
    private static final long LOOK_MILLIS = 10;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    private PerfRun() {}

    /**
     * Runs a load to its end.
     *
     * @param json where to write what was measured
     */
    static void run(LoadPlan plan, @Nullable Path json) {
        PerfRun run = new PerfRun();
        Thread hook = new Thread(run::endInOrder, "perf end");
        Runtime.getRuntime().addShutdownHook(hook);
        try (FileLoad load =
                FileLoad.open(
                        plan, () -> run.asked.getCount() == 0, layoutLines(plan.workload()))) {
            run.watch(load, json);
        } catch (PlanRefused e) {
            throw Refusal.wrongUse(FileTrouble.words(e) + ".");
        } catch (IOException e) {
            throw Refusal.failed(FileTrouble.words(e) + ".");
        } finally {
            run.ended.countDown();
        }
    }

    private static LayoutProgress layoutLines(Workload workload) {
        long begin = System.nanoTime();
        long[] told = {0};
        return (file, bytes) -> {
            long seconds = (System.nanoTime() - begin) / SECOND_NANOS;
            if (seconds > told[0]) {
                told[0] = seconds;
                System.out.print(LoadReport.layout(seconds, file, bytes, workload.fileBytes()));
            }
        };
    }

    /** Runs when the process is told to end, by Ctrl-C for one, and holds it until all is told. */
    private void endInOrder() {
        asked.countDown();
        try {
            if (!ended.await(10, TimeUnit.SECONDS)) {
                System.err.println("ringroad: the threads do not end.");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch(FileLoad load, @Nullable Path json) throws IOException {
        LoadReport report = new LoadReport(load);
        load.notes().forEach(note -> System.err.println("ringroad: " + note + "."));
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
            throw failure instanceof IOException known ? known : new IOException(failure);
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
