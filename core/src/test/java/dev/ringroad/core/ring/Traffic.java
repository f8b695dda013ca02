package dev.ringroad.core.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Producers that number their elements and consumers that check the numbers. An element is the
 * producer in the high half and its number in the low.
 */
final class Traffic {
    private final TestRing ring;
    private final int producers;
    private final int consumers;
    private final AtomicInteger taken = new AtomicInteger();
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());

    Traffic(TestRing ring, int producers, int consumers) {
        this.ring = ring;
        this.producers = producers;
        this.consumers = consumers;
    }

    List<String> failures() {
        return failures;
    }

    /** Moves so many elements of each producer through the ring, all of which have to arrive. */
    void run(int each) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        List<List<Long>> arrived = new ArrayList<>();
        for (int i = 0; i < producers; i++) {
            long tag = (long) i << 32;
            threads.add(start(() -> produce(tag, each)));
        }
        for (int i = 0; i < consumers; i++) {
            List<Long> mine = new ArrayList<>();
            arrived.add(mine);
            threads.add(start(() -> consume(mine, each * producers)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        check(arrived, each);
    }

    private Thread start(Runnable work) {
        return Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try {
                                work.run();
                            } catch (RuntimeException e) {
                                failures.add(e.toString());
                            }
                        });
    }

    private void produce(long tag, int each) {
        int made = 0;
        while (made < each && failures.isEmpty()) {
            int count = Math.min(1 + made % 7, each - made);
            int added = ring.offerBurst(tag + made, count);
            made += added;
            if (added == 0) {
                Thread.yield();
            }
        }
    }

    private void consume(List<Long> mine, int total) {
        int round = 0;
        while (taken.get() < total && failures.isEmpty()) {
            long[] got = ring.pollBurst(1 + round++ % 5);
            taken.addAndGet(got.length);
            Arrays.stream(got).forEach(mine::add);
            if (got.length == 0) {
                Thread.yield();
            }
        }
    }

    /** Each consumer has each producer's numbers in order, and together they have all, once. */
    private void check(List<List<Long>> arrived, int each) {
        boolean[][] seen = new boolean[producers][each];
        for (List<Long> list : arrived) {
            int[] last = new int[producers];
            Arrays.fill(last, -1);
            for (long element : list) {
                int producer = (int) (element >>> 32);
                int number = (int) element;
                if (number <= last[producer] || seen[producer][number]) {
                    failures.add(number + " of producer " + producer + " is late or a copy");
                }
                last[producer] = number;
                seen[producer][number] = true;
            }
        }
        for (boolean[] one : seen) {
            for (int i = 0; i < each; i++) {
                if (!one[i]) {
                    failures.add(i + " got lost");
                }
            }
        }
    }
}
