package dev.ringroad.bench.uring;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.machine.ProcessorPair;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** io_uring from Java beside those who use it from C, and beside what else Java has. */
public final class UringBench {

    private UringBench() {}

    /**
     * Measures all rows.
     *
     * @param quick shorter and fewer rounds
     * @param progress told a sentence after each round
     * @throws IOException if a peer is missing, or there are fewer than two processors; the message
     *     says what to do
     */
    public static List<BenchRow> run(boolean quick, Consumer<String> progress) throws IOException {
        require(LiburingNops.missing());
        require(Fio.missing());
        require(EchoPeers.missing());
        ProcessorPair cpus = ProcessorPair.choose("io_uring is measured on");
        List<BenchRow> rows = new ArrayList<>();
        try {
            rows.addAll(new NopRows(cpus.second()).measure(quick, progress));
            rows.addAll(ReadRows.measure(quick, progress));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while measuring", e);
        }
        rows.addAll(new EchoRows(cpus).measure(quick, progress));
        rows.addAll(CopyRows.measure(quick, progress));
        return rows;
    }

    /** All peers are looked for before the first is measured. */
    private static void require(@Nullable String missing) throws IOException {
        if (missing != null) {
            throw new IOException(missing);
        }
    }
}
