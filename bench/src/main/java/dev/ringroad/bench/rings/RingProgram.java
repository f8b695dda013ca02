package dev.ringroad.bench.rings;

import dev.ringroad.bench.machine.FigureJvm;
import dev.ringroad.bench.machine.FloorWatch;

import java.io.IOException;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own for one kind of ring, and what its parent does with it. In one JVM for all kinds
 * the compiler would see methods that are called in several modes, and inline the more frequent
 * one; the peer's test is compiled for each mode, too.
 */
public final class RingProgram {
    private static final int WARM_UPS = 4;
    private static final int COMPILER_REST_MILLIS = 500;
    private static final int CHUNKS_ON_ONE = 16;
    private static final int CHUNKS_ON_TWO = 256;

    private final RingClock clock;

    private RingProgram(RingClock clock) {
        this.clock = clock;
    }

    /**
     * Prints a line for each case of a kind: its number in {@link RingCase#all}, and nanoseconds.
     *
     * @param args two processors' numbers, whether references, whether shared
     */
    public static void main(String[] args) throws InterruptedException {
        RingClock clock = new RingClock(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        boolean references = Boolean.parseBoolean(args[2]);
        boolean shared = Boolean.parseBoolean(args[3]);
        new RingProgram(clock).print(references, shared, System.out);
    }

    private void print(boolean references, boolean shared, PrintStream out)
            throws InterruptedException {
        List<RingCase> all = RingCase.all();
        List<RingCase> ours = all.stream().filter(ring -> ring.isOf(references, shared)).toList();
        // What a loop meets for the first time takes the compiled code of the others with it, so
        // that one pass is not enough.
        for (int i = 0; i < WARM_UPS; i++) {
            for (RingCase ring : ours) {
                nanos(ring);
            }
            TimeUnit.MILLISECONDS.sleep(COMPILER_REST_MILLIS);
        }
        for (RingCase ring : ours) {
            FigureJvm.print(out, all.indexOf(ring), nanos(ring));
        }
    }

    private double nanos(RingCase ring) throws InterruptedException {
        return ring.cores() == 1
                ? clock.callNanos(ring.load(), ring.size(), CHUNKS_ON_ONE)
                : clock.elementNanos(ring.load(), ring.size(), CHUNKS_ON_TWO);
    }

    /**
     * Runs it for every kind, one after the other; nanoseconds of all cases.
     *
     * @param floor looks after each of them
     */
    static Map<RingCase, Double> runAll(int firstCpu, int secondCpu, FloorWatch floor)
            throws IOException, InterruptedException {
        List<RingCase> all = RingCase.all();
        Map<RingCase, Double> nanos = new HashMap<>();
        for (boolean references : new boolean[] {false, true}) {
            for (boolean shared : new boolean[] {false, true}) {
                FigureJvm.run(
                                RingProgram.class,
                                Integer.toString(firstCpu),
                                Integer.toString(secondCpu),
                                Boolean.toString(references),
                                Boolean.toString(shared))
                        .forEach((number, figure) -> nanos.put(all.get(number), figure));
                floor.look();
            }
        }
        if (nanos.size() < all.size()) {
            throw new IOException("A JVM that measures rings ended without saying its figures");
        }
        return nanos;
    }
}
