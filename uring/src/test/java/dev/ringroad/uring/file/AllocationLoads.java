package dev.ringroad.uring.file;

import com.sun.management.ThreadMXBean;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.uring.CompletionHandler;
import dev.ringroad.uring.ControlOperations;
import dev.ringroad.uring.Uring;
import dev.ringroad.uring.UringBuffer;
import dev.ringroad.uring.UringConfig;
import dev.ringroad.uring.UringLoop;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;

/** A process that says how many bytes a request makes on the heap, for each way to make one. */
final class AllocationLoads {
    private static final int ROUNDS = 40;
    private static final int BATCHES_A_ROUND = 200;
    private static final int BATCH = 8;
    private static final int PAGE = 4096;

    private final CompletionHandler handler = this::onCompletion;
    private int completions;
    private long sum;

    private AllocationLoads() {}

    /** Its argument is a file of a page. */
    public static void main(String[] arguments) throws Exception {
        AllocationLoads loads = new AllocationLoads();
        loads.ringAlone();
        loads.callbacksOfLoop();
        loads.callbacksOfFile(Path.of(arguments[0]));
    }

    private void onCompletion(long token, int result, int flags) {
        if (result < 0) {
            throw new AssertionError("Request " + token + " answered " + result);
        }
        completions++;
        sum += token;
    }

    private void ringAlone() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(2 * BATCH))) {
            say("ring", () -> noOps(ring));
        }
    }

    private void noOps(Uring ring) {
        ControlOperations control = ring.control();
        for (int i = 0; i < BATCH; i++) {
            control.prepareNop().token(i);
        }
        if (ring.submit() != BATCH || ring.poll(handler, BATCH) != BATCH) {
            throw new AssertionError("The kernel did not do a whole batch of no-ops");
        }
    }

    private void callbacksOfLoop() throws Exception {
        try (UringLoop loop = UringLoop.open(UringConfig.of(2 * BATCH), BATCH)) {
            say("loop", () -> noOps(loop));
        }
    }

    private void noOps(UringLoop loop) {
        int end = completions + BATCH;
        ControlOperations control = loop.ring().control();
        for (int i = 0; i < BATCH; i++) {
            long request = loop.begin(handler, i, null);
            control.prepareNop().token(request);
        }
        runUntil(loop, end);
    }

    private void callbacksOfFile(Path path) throws Exception {
        try (UringLoop loop = UringLoop.open(UringConfig.of(2 * BATCH), 2 * BATCH)) {
            UringBuffer buffer = loop.allocateBuffers(1, PAGE, Placement.ordinary()).acquire();
            CountDownLatch ended = new CountDownLatch(1);
            FilesWork work =
                    files -> {
                        try (UringFile file = files.open(path, StandardOpenOption.READ)) {
                            onLoop(loop, () -> say("file", () -> reads(loop, file, buffer)));
                        }
                    };
            Thread other = Thread.ofPlatform().start(() -> work(loop, work, ended));
            while (ended.getCount() > 0) {
                int ignored = loop.poll(0);
            }
            other.join();
            buffer.release();
        }
    }

    private interface FilesWork {
        void with(UringFiles files) throws Exception;
    }

    // Opening and closing wait, which the loop's own thread cannot.
    private static void work(UringLoop loop, FilesWork work, CountDownLatch ended) {
        try (UringFiles files = UringFiles.on(loop, new FilesConfig(1, PAGE, Long.MAX_VALUE))) {
            work.with(files);
        } catch (Exception e) {
            throw new AssertionError("The file could not be opened or closed", e);
        } finally {
            ended.countDown();
        }
    }

    private static void onLoop(UringLoop loop, Runnable task) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        boolean taken =
                loop.offer(
                        _ -> {
                            try {
                                task.run();
                            } finally {
                                done.countDown();
                            }
                        });
        if (!taken) {
            throw new AssertionError("The loop took no task");
        }
        done.await();
    }

    private void reads(UringLoop loop, UringFile file, UringBuffer buffer) {
        int end = completions + BATCH;
        for (int i = 0; i < BATCH; i++) {
            if (!file.read(buffer, 0, PAGE, 0, handler, i)) {
                throw new AssertionError("The loop had no room for a read");
            }
        }
        runUntil(loop, end);
    }

    private void runUntil(UringLoop loop, int end) {
        while (completions != end) {
            int ignored = loop.poll(0);
        }
    }

    // The least of many rounds: others belong to the JVM, which loads classes and compiles.
    private void say(String load, Runnable batch) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long own = Thread.currentThread().threadId();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long before = threads.getThreadAllocatedBytes(own);
            for (int i = 0; i < BATCHES_A_ROUND; i++) {
                batch.run();
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(own) - before);
        }
        if (sum == 0) {
            throw new AssertionError("No request had a token");
        }
        System.out.println(load + " " + least / (BATCHES_A_ROUND * BATCH));
    }
}
