package dev.ringroad.bench.nvme;

import dev.ringroad.bench.machine.CacheLine;
import dev.ringroad.bench.machine.ClockRate;
import dev.ringroad.bench.machine.FigureJvm;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Measures reads at one depth, in one of the modes, in a JVM of its own. */
public final class NvmeProgram {
    /** Cases of the figures that are printed. */
    static final int RATE = 0;

    static final int DOORBELLS = 1;
    static final int ALLOCATED = 2;
    static final int FLOOR = 3;
    static final int CLOCK = 4;

    /** What is measured. */
    enum Mode {
        /** Driver and model on a processor each. */
        BESIDE,
        /** Driver and model by turns on one processor. */
        TURNS,
        /** The model without a driver. */
        ALONE
    }

    private static final int RUNS = 6;

    private NvmeProgram() {}

    /**
     * Prints what was measured.
     *
     * @param args depth, the driver's processor, the model's, milliseconds of each run, and what to
     *     measure
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        int depth = Integer.parseInt(args[0]);
        int cpu = Integer.parseInt(args[1]);
        int modelCpu = Integer.parseInt(args[2]);
        long nanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[3]));
        switch (Mode.valueOf(args[4])) {
            case BESIDE -> beside(depth, cpu, modelCpu, nanos);
            case TURNS -> print(NvmeLoad.byTurns(depth, cpu, nanos, RUNS));
            case ALONE ->
                    FigureJvm.print(System.out, RATE, ModelAlone.rate(depth, cpu, nanos, RUNS));
        }
    }

    private static void beside(int depth, int cpu, int modelCpu, long nanos)
            throws IOException, InterruptedException {
        double before = CacheLine.roundTripNanos(cpu, modelCpu);
        print(NvmeLoad.beside(depth, cpu, modelCpu, nanos, RUNS));
        double after = CacheLine.roundTripNanos(cpu, modelCpu);
        FigureJvm.print(System.out, FLOOR, Math.max(before, after));
        FigureJvm.print(System.out, CLOCK, ClockRate.cyclesASecond());
    }

    private static void print(NvmeLoad.Figures figures) {
        FigureJvm.print(System.out, RATE, figures.rate());
        FigureJvm.print(System.out, DOORBELLS, figures.doorbells());
        FigureJvm.print(System.out, ALLOCATED, figures.bytesAllocated());
    }
}
