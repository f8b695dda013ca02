package dev.ringroad.workloads;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Two threads that hand a number to and fro through memory: the floor under every round trip
 * between two processors of this machine.
 *
 * <p>Argument: {@code millis=} (measured, after as long to warm up).
 */
public final class CacheLineRoundTrips {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);

    // Apart by more than two cache lines, so that neither drags the other along.
    private static final int THERE = 32;
    private static final int BACK = 64;

    private final long[] memory = new long[96];
    private long number;

    private CacheLineRoundTrips() {}

    /** Runs both threads; see the class. */
    public static void main(String[] words) {
        Arguments arguments = Arguments.of(words);
        Lifeline.watch(arguments);
        long nanos = arguments.number("millis", 150) * NANOS_PER_MILLI;
        CacheLineRoundTrips trips = new CacheLineRoundTrips();
        Thread echo = new Thread(trips::echo, "echo");
        echo.setDaemon(true);
        echo.start();
        trips.run(nanos, new Latencies());
        Latencies latencies = new Latencies();
        trips.run(nanos, latencies);
        ResultLine line = new ResultLine().with("workload", "cache-line");
        latencies.describe(line);
        line.print();
    }

    private void echo() {
        for (long expected = 1; ; expected++) {
            await(THERE, expected);
            SLOT.setRelease(memory, BACK, expected);
        }
    }

    private void run(long nanos, Latencies latencies) {
        long before = System.nanoTime();
        long end = before + nanos;
        while (before - end < 0) {
            number++;
            SLOT.setRelease(memory, THERE, number);
            await(BACK, number);
            long after = System.nanoTime();
            latencies.record(after - before);
            before = after;
        }
    }

    private void await(int slot, long expected) {
        while ((long) SLOT.getAcquire(memory, slot) != expected) {
            Thread.onSpinWait();
        }
    }
}
