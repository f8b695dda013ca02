package dev.ringroad.cli.common;

import dev.ringroad.bench.fileload.Load;
import dev.ringroad.bench.fileload.LoadReport;
import dev.ringroad.bench.fileload.LoadSample;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One load: begins it, tells every second, and sums it up, also when the process is told to end, by
 * Ctrl-C for one. To be made before what the load needs, and closed after it.
 */
public final class LoadRun implements AutoCloseable {
    private static final long LOOK_MILLIS = 10;
    private static final long END_SECONDS = 10;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    private LoadRun() {}

    /** From now on the process does not end before {@link #close}, for ten seconds at most. */
    public static LoadRun start() {
        LoadRun run = new LoadRun();
        Runtime.getRuntime().addShutdownHook(new Thread(run::endInOrder, "perf end"));
        return run;
    }

    private void endInOrder() {
        asked.countDown();
        try {
            if (!ended.await(END_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("ringroad: what was begun is not answered; ended without it.");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the process was told to end. */
    public boolean isAsked() {
        return asked.getCount() == 0;
    }

    /**
     * Runs a load to its end.
     *
     * @param json where to write what was measured
     * @throws IOException what the load has failed with
     */
    public void watch(Load load, LoadReport report, @Nullable Path json) throws IOException {
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

    @Override
    public void close() {
        ended.countDown();
    }
}
