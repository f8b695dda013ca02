package dev.ringroad.bench.nvme;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.machine.ProcessorPair;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The own cost of the NVMe driver, of volumes, and of NVMe over TCP. */
public final class NvmeBench {

    private NvmeBench() {}

    /**
     * Measures all rows.
     *
     * @param quick shorter and fewer rounds
     * @param progress told a sentence after each round
     * @throws IOException if there are fewer than two processors; the message says what to do
     */
    public static List<BenchRow> run(boolean quick, Consumer<String> progress) throws IOException {
        ProcessorPair cpus = ProcessorPair.choose("The NVMe driver is measured on");
        List<BenchRow> rows = new ArrayList<>();
        rows.addAll(new QueuePairRows(cpus).measure(quick, progress));
        rows.addAll(new VolumeRows(cpus).measure(quick, progress));
        rows.addAll(new TcpLoopRows(cpus).measure(quick, progress));
        return rows;
    }
}
