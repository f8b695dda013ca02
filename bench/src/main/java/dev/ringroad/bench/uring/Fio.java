package dev.ringroad.bench.uring;

import dev.ringroad.bench.Json;
import dev.ringroad.bench.machine.Programs;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** fio, reading with its io_uring engine as we do with ours. */
final class Fio {
    private static final double MILLIS_PER_SECOND = 1e3;

    private Fio() {}

    /** What to install, in a sentence; null when it is there. */
    static @Nullable String missing() {
        return Programs.missing("fio", "fio");
    }

    /** Its name and version, such as {@code fio-3.33}. */
    static String version() throws IOException {
        return run(List.of("fio", "--version")).strip();
    }

    /**
     * Random reads of 4 KiB a second: one thread on one processor, file and buffers registered,
     * what is free handed over together, as many completions waited for as with ours, the time of
     * each read taken, and what lies in the page cache left there.
     */
    static double reads(Path file, boolean direct, int depth, int cpu, ReadProgram.Times times)
            throws IOException {
        String output =
                run(
                        List.of(
                                "fio",
                                "--name=reads",
                                "--filename=" + file,
                                "--rw=randread",
                                "--bs=4k",
                                "--ioengine=io_uring",
                                "--direct=" + (direct ? 1 : 0),
                                "--iodepth=" + depth,
                                "--iodepth_batch=" + depth,
                                "--iodepth_batch_complete_min=" + ReadProgram.awaited(depth),
                                "--iodepth_batch_complete_max=" + depth,
                                "--fixedbufs",
                                "--registerfiles",
                                "--norandommap",
                                "--randrepeat=0",
                                "--invalidate=0",
                                "--thread",
                                "--cpus_allowed=" + cpu,
                                "--time_based",
                                "--ramp_time=" + times.warmUpMillis() + "ms",
                                "--runtime=" + times.measuredMillis() + "ms",
                                "--output-format=json"));
        return rate(output);
    }

    /** Reads a second, out of its JSON. */
    static double rate(String output) throws IOException {
        try {
            int begin = output.indexOf('{'); // there may be warnings before
            if (begin >= 0
                    && Json.parse(output.substring(begin)) instanceof Map<?, ?> document
                    && document.get("jobs") instanceof List<?> jobs
                    && !jobs.isEmpty()
                    && jobs.getFirst() instanceof Map<?, ?> job
                    && job.get("read") instanceof Map<?, ?> read
                    && read.get("total_ios") instanceof Double ios
                    && read.get("runtime") instanceof Double millis
                    && ios > 0
                    && millis > 0) {
                return ios * MILLIS_PER_SECOND / millis;
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("fio's output is no JSON: " + output, e);
        }
        throw new IOException("fio has not told how much it has read: " + output);
    }

    private static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new IOException("fio ended with status " + status + ": " + output.strip());
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while fio ran", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
