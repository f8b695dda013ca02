package dev.ringroad.bench.pools;

import dev.ringroad.bench.machine.FigureJvm;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A JVM of its own for the cases that call a pool in the same way. */
public final class PoolProgram {
    private static final int WARM_UPS = 3;
    private static final int COMPILER_REST_MILLIS = 200;

    private PoolProgram() {}

    /**
     * Says nanoseconds for the case and those that differ from it in cores or packets kept alone.
     *
     * @param args two processors' numbers, the first such case's in {@link PoolCase#all}
     */
    public static void main(String[] args) throws InterruptedException {
        PoolClock clock = new PoolClock(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        List<PoolCase> all = PoolCase.all();
        PoolCase first = all.get(Integer.parseInt(args[2]));
        List<PoolCase> cases = all.stream().filter(first::isCalledAs).toList();
        for (int i = 0; i < WARM_UPS; i++) {
            for (PoolCase one : cases) {
                clock.nanos(one);
            }
            TimeUnit.MILLISECONDS.sleep(COMPILER_REST_MILLIS);
        }
        for (PoolCase one : cases) {
            FigureJvm.print(System.out, all.indexOf(one), clock.nanos(one));
        }
    }

    /** Measures all cases, way by way; nanoseconds for a packet there and back. */
    static Map<PoolCase, Double> runAll(int firstCpu, int secondCpu) throws IOException {
        List<PoolCase> all = PoolCase.all();
        Map<PoolCase, Double> nanos = new HashMap<>();
        for (PoolCase one : all) {
            if (!nanos.containsKey(one)) {
                FigureJvm.run(
                                PoolProgram.class,
                                Integer.toString(firstCpu),
                                Integer.toString(secondCpu),
                                Integer.toString(all.indexOf(one)))
                        .forEach((number, figure) -> nanos.put(all.get(number), figure));
                if (!nanos.containsKey(one)) {
                    throw new IOException("A JVM ended without having measured " + one.words());
                }
            }
        }
        return nanos;
    }
}
