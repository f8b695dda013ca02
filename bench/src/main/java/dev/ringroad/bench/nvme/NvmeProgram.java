package dev.ringroad.bench.nvme;

import dev.ringroad.bench.machine.CacheLine;
import dev.ringroad.bench.machine.FigureJvm;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Measures reads at one depth, or the model alone, in a JVM of its own. */
public final class NvmeProgram {
    /** Cases of the figures that are printed. */
    static final int RATE = 0;

    static final int DOORBELLS = 1;
    static final int ALLOCATED = 2;
    static final int FLOOR = 3;

    /** The word for the model alone. */
    static final String ALONE = "alone";

    private static final int RUNS = 6;

    private NvmeProgram() {}

    /**
     * Prints what was measured.
     *
     * @param args depth, the driver's processor, the model's, milliseconds of each run; and {@code
     *     alone} to have the model without a driver
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        int depth = Integer.parseInt(args[0]);
        int cpu = Integer.parseInt(args[1]);
        int modelCpu = Integer.parseInt(args[2]);
        long nanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[3]));
        if (args.length > 4 && args[4].equals(ALONE)) {
            FigureJvm.print(System.out, RATE, ModelAlone.rate(depth, modelCpu, nanos, RUNS));
            return;
        }
        double before = CacheLine.roundTripNanos(cpu, modelCpu);
        NvmeLoad.Figures figures = NvmeLoad.run(depth, cpu, modelCpu, nanos, RUNS);
        FigureJvm.print(System.out, RATE, figures.rate());
        FigureJvm.print(System.out, DOORBELLS, figures.doorbells());
        FigureJvm.print(System.out, ALLOCATED, figures.bytesAllocated());
        double after = CacheLine.roundTripNanos(cpu, modelCpu);
        FigureJvm.print(System.out, FLOOR, Math.max(before, after));
    }
}
