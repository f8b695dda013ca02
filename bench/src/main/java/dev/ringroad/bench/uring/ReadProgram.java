package dev.ringroad.bench.uring;

import dev.ringroad.bench.fileload.AccessMode;
import dev.ringroad.bench.fileload.FileLoad;
import dev.ringroad.bench.fileload.LoadPlan;
import dev.ringroad.bench.fileload.LoadSample;
import dev.ringroad.bench.fileload.RingUse;
import dev.ringroad.bench.fileload.Workload;
import dev.ringroad.bench.machine.FigureJvm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of its own for random reads, by a ring or by one of the JDK's channels. */
public final class ReadProgram {
    private static final int BLOCK_BYTES = 4096;

    /** Who reads. */
    enum Reader {
        /** {@link FileLoad}. */
        RING,
        /** {@link java.nio.channels.FileChannel}. */
        CHANNEL,
        /** {@link java.nio.channels.AsynchronousFileChannel}. */
        ASYNCHRONOUS_CHANNEL
    }

    /** How long it reads: first for the compiler, then for the figure. */
    record Times(long warmUpMillis, long measuredMillis) {}

    private ReadProgram() {}

    /**
     * Completions that a call waits for, here and with fio. With one only, a disk is handed so few
     * reads at a time that both sides are slower, and the quicker to answer is punished for it.
     */
    static int awaited(int depth) {
        return Math.max(1, depth / 4);
    }

    /**
     * Says reads a second as case 0.
     *
     * @param args the reader, the file, whether direct, the depth, the processor, milliseconds to
     *     warm up and to measure
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Reader reader = Reader.valueOf(args[0]);
        Path file = Path.of(args[1]);
        boolean direct = Boolean.parseBoolean(args[2]);
        int depth = Integer.parseInt(args[3]);
        int cpu = Integer.parseInt(args[4]);
        Times times = new Times(Long.parseLong(args[5]), Long.parseLong(args[6]));
        double rate =
                reader == Reader.RING
                        ? ring(file, direct, depth, cpu, times)
                        : ChannelReads.rate(reader, file, direct, depth, cpu, times);
        FigureJvm.print(System.out, 0, rate);
    }

    private static double ring(Path file, boolean direct, int depth, int cpu, Times times)
            throws IOException, InterruptedException {
        LoadPlan plan =
                new LoadPlan(
                        Workload.reading(List.of(file), AccessMode.RANDREAD, BLOCK_BYTES),
                        new RingUse(depth, depth, awaited(depth), direct, true, false, false),
                        1,
                        List.of(cpu),
                        LoadPlan.Limits.ofNanos(Long.MAX_VALUE));
        try (FileLoad load = FileLoad.open(plan, () -> false)) {
            if (!load.plan().equals(plan)) {
                throw new IOException("Not measured: " + String.join(". ", load.notes()));
            }
            load.begin();
            TimeUnit.MILLISECONDS.sleep(times.warmUpMillis());
            LoadSample before = load.sample();
            TimeUnit.MILLISECONDS.sleep(times.measuredMillis());
            LoadSample measured = load.sample().since(before);
            Throwable failure = load.failure();
            if (failure != null) {
                throw new IOException(failure);
            }
            return measured.perSecond(measured.reads());
        }
    }

    /** Measures reads a second in a JVM of its own. */
    static double run(Reader reader, Path file, boolean direct, int depth, int cpu, Times times)
            throws IOException {
        Double rate =
                FigureJvm.run(
                                ReadProgram.class,
                                reader.name(),
                                file.toString(),
                                Boolean.toString(direct),
                                Integer.toString(depth),
                                Integer.toString(cpu),
                                Long.toString(times.warmUpMillis()),
                                Long.toString(times.measuredMillis()))
                        .get(0);
        if (rate == null) {
            throw new IOException("A JVM ended without having measured reads of " + file);
        }
        return rate;
    }
}
