package dev.ringroad.bench.machine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ObjIntConsumer;

/**
 * Tells whether two measurements saw the same machine, by the floor under both: looked at before,
 * between and after them. A pair between whose looks a hypervisor moved the processors compares two
 * machines, and has to be taken again.
 *
 * <p>One thread at a time.
 */
public final class FloorWatch {
    /**
     * Floors that differ by less are the same; being moved to cores that share no cache makes it
     * fourfold.
     */
    private static final double SPREAD_MAX = 1.5;

    private static final double NANOS_PER_MICRO = 1e3;

    /** Measures the floor, in nanoseconds. */
    @FunctionalInterface
    public interface Probe {
        /** The floor now. */
        double nanos() throws InterruptedException;
    }

    private final Probe probe;
    private double lowest;
    private double highest;

    /** A watch over the floor between these two processors. */
    public static FloorWatch between(int firstCpu, int secondCpu) {
        return new FloorWatch(() -> CacheLine.roundTripNanos(firstCpu, secondCpu));
    }

    /** A watch that looks with this probe. */
    public FloorWatch(Probe probe) {
        this.probe = probe;
    }

    /** Forgets what was seen, and looks. */
    public void begin() throws InterruptedException {
        lowest = Double.MAX_VALUE;
        highest = 0;
        look();
    }

    /** Looks once more. */
    public void look() throws InterruptedException {
        double nanos = probe.nanos();
        lowest = Math.min(lowest, nanos);
        highest = Math.max(highest, nanos);
    }

    /** One measurement of both sides, with looks of the watch before, between and after. */
    @FunctionalInterface
    public interface Round<R> {
        /** Takes it. */
        R take() throws IOException, InterruptedException;
    }

    /**
     * Takes rounds until enough of them saw one floor, or it has been tried often enough.
     *
     * @param told after each round, and of which one it was, from 1
     * @return the rounds that count: those that saw one floor, or all if none did
     */
    public <R> List<R> rounds(int wanted, int attempts, Round<R> round, ObjIntConsumer<R> told)
            throws IOException, InterruptedException {
        List<R> steady = new ArrayList<>();
        List<R> all = new ArrayList<>();
        while (steady.size() < wanted && all.size() < attempts) {
            R taken = round.take();
            all.add(taken);
            if (steady()) {
                steady.add(taken);
            }
            told.accept(taken, all.size());
        }
        return steady.isEmpty() ? all : steady;
    }

    /** What to say behind a round that has to be taken again; nothing behind others. */
    public String verdict() {
        return steady() ? "" : " (the processors were moved: once more)";
    }

    /** Whether all looks since the beginning saw the same floor. */
    public boolean steady() {
        return highest <= lowest * SPREAD_MAX;
    }

    /** What was seen since the beginning, in microseconds. */
    public String words() {
        String least = micros(lowest);
        String most = micros(highest);
        return least.equals(most) ? least + " us" : least + " to " + most + " us";
    }

    private static String micros(double nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / NANOS_PER_MICRO);
    }
}
