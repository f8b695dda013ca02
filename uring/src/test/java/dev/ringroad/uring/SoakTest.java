package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.core.memory.Placement;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Files, sockets, time-outs, cancels and messages at once on one loop, its data verified; {@code
 * -Dringroad.soak.seconds=3600} for an hour of it. At the end nothing is left in flight, lent,
 * open, mapped or pinned.
 */
final class SoakTest {
    private static final int SECONDS = Integer.getInteger("ringroad.soak.seconds", 40);
    private static final int BUFFERS = 16;

    @TempDir private Path directory;

    @Test
    @Timeout(value = 7200)
    void mixedLoadLosesAndLeaksNothing() throws Exception {
        runFor(1); // what the first use of a class leaves open is no leak
        OpenDescriptors open = OpenDescriptors.now();
        long mapped = Mappings.mappedBytes();
        long pinned = pinnedKilobytes();
        runFor(SECONDS);
        assertThat(OpenDescriptors.now().beyond(open)).as("left open").isEmpty();
        assertThat(Mappings.mappedBytes()).as("bytes mapped").isEqualTo(mapped);
        assertThat(pinnedKilobytes()).as("kilobytes pinned").isEqualTo(pinned);
    }

    private static long pinnedKilobytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmPin"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private void runFor(int seconds) throws Exception {
        UringConfig config = UringConfig.of(64).withCompletionEntries(64); // it overflows at times
        try (UringThread here = UringThread.start("soak", config, 256, 0);
                UringThread there = UringThread.start("soak-peer", config, 64, 0)) {
            List<SoakLoad> loads = new ArrayList<>();
            on(
                    here,
                    loop -> {
                        UringBuffers pool =
                                loop.allocateBuffers(BUFFERS, 16 << 10, Placement.ordinary());
                        for (int i = 0; i < 4; i++) {
                            Path path = directory.resolve("soak" + i);
                            loads.add(new FileLoad(loop, pool, path, i));
                            loads.add(new SocketLoad(loop, pool, i));
                            loads.add(new TimerLoad(loop, i));
                        }
                        loads.add(new MessageLoad(loop, there));
                        loads.forEach(SoakLoad::start);
                    });
            TimeUnit.SECONDS.sleep(seconds);
            on(here, loop -> loads.forEach(SoakLoad::stop));
            await(here, loop -> loads.stream().allMatch(SoakLoad::isOver));
            for (SoakLoad load : loads) {
                assertThat(load.failure()).as(load.toString()).isNull();
                assertThat(load.rounds()).as(load.toString()).isPositive();
            }
            on(here, loop -> loads.forEach(SoakLoad::close));
            await(here, loop -> loop.inFlight() == 0);
            await(there, loop -> loop.inFlight() == 0);
            on(
                    here,
                    loop -> {
                        assertThat(loop.ring().lostCompletions()).isZero();
                        assertThat(loop.strayCompletions()).as("of closes").isEqualTo(0);
                    });
            assertThat(here.failure()).isNull();
            assertThat(there.failure()).isNull();
        }
    }

    /** Work on a loop's thread that may fail. */
    @FunctionalInterface
    private interface Work {
        void run(UringLoop loop) throws Exception;
    }

    /** A question that is asked on a loop's thread. */
    @FunctionalInterface
    private interface Question {
        boolean ask(UringLoop loop);
    }

    private static void on(UringThread thread, Work work) throws Exception {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        boolean taken =
                thread.loop()
                        .offer(
                                loop -> {
                                    try {
                                        work.run(loop);
                                        done.complete(true);
                                    } catch (Throwable t) {
                                        done.completeExceptionally(t);
                                    }
                                });
        assertThat(taken).isTrue();
        assertThat(done.get(20, TimeUnit.SECONDS)).isTrue();
    }

    private static void await(UringThread thread, Question question) throws Exception {
        boolean[] answer = {false};
        long end = System.nanoTime() + 20_000_000_000L;
        while (!answer[0]) {
            assertThat(System.nanoTime()).as("the end comes").isLessThan(end);
            on(thread, loop -> answer[0] = question.ask(loop));
            Thread.sleep(1);
        }
    }
}
