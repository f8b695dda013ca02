package dev.ringroad.bench.uring;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.Median;
import dev.ringroad.bench.machine.OwnJvm;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;

/**
 * Copies of trees beside {@code cp -r}: many small files, and a few large ones, in memory and on
 * the disk. Both read from the page cache and write to a directory that is not there yet; they take
 * turns, and the median of each counts. Ours runs in a JVM that has copied before, but for the row
 * that says otherwise.
 */
public final class CopyRows {
    private static final double NANOS = 1e9;
    private static final double MIB = 1 << 20;
    private static final int FILES_A_DIRECTORY = 100;
    private static final int SMALL_BYTES_MIN = 1000;
    private static final int SMALL_BYTES_MAX = 16_000;
    private static final int LARGE_FILES = 4;
    private static final int WARM_UPS = 12;

    /**
     * Fewer: where ext4 is slow to find free blocks, a copy of more takes a quarter of a minute.
     */
    private static final int DISK_FILES = 2_000;

    private static final String MEMORY = "/dev/shm";
    private static final String DISK = "/var/tmp";

    private final int rounds;
    private final int smallFiles;
    private final int largeBytes;
    private final Consumer<String> progress;

    /** What is copied, how much that is, and in which unit it is told. */
    private record Load(Path tree, double amount, String unit) {}

    /** How long one copy takes. */
    private interface Copier {
        long nanos(Path from, Path to) throws IOException;
    }

    private CopyRows(boolean quick, Consumer<String> progress) {
        rounds = quick ? 3 : 9;
        smallFiles = quick ? 4_000 : 20_000;
        largeBytes = (quick ? 32 : 128) << 20;
        this.progress = progress;
    }

    /**
     * Measures all rows.
     *
     * @param quick shorter, for a first look
     * @param progress told a sentence after each row
     */
    public static List<BenchRow> measure(boolean quick, Consumer<String> progress)
            throws IOException {
        return new CopyRows(quick, progress).rows();
    }

    private List<BenchRow> rows() throws IOException {
        Path memory = Files.createTempDirectory(Path.of(MEMORY), "ringroad-copy");
        Path disk = Files.createTempDirectory(Path.of(DISK), "ringroad-copy");
        try (WarmCopier warm = WarmCopier.start()) {
            Load small = small(memory, smallFiles);
            Load large = large(memory);
            for (int i = 0; i < WARM_UPS; i++) {
                Path copy = memory.resolve("warm-up");
                long ignored = warm.nanos(i % 4 == 3 ? large.tree() : small.tree(), copy);
                remove(copy);
            }
            return List.of(
                    row("small files, memory", small, memory, warm),
                    row("large files, memory", large, memory, warm),
                    row("small files, disk", small(disk, DISK_FILES), disk, warm),
                    row("large files, disk", large(disk), disk, warm),
                    row("small files, memory, with the start of a JVM", small, memory, this::cold));
        } finally {
            remove(memory);
            remove(disk);
        }
    }

    private Load small(Path place, int files) throws IOException {
        Random random = new Random(1);
        Path tree = place.resolve("small");
        for (int i = 0; i < files; i++) {
            Path directory = tree.resolve("directory" + i / FILES_A_DIRECTORY);
            if (i % FILES_A_DIRECTORY == 0) {
                Files.createDirectories(directory);
            }
            byte[] bytes = new byte[random.nextInt(SMALL_BYTES_MIN, SMALL_BYTES_MAX)];
            random.nextBytes(bytes);
            Files.write(directory.resolve("file" + i), bytes);
        }
        return new Load(tree, files, "files/s");
    }

    private Load large(Path place) throws IOException {
        Random random = new Random(2);
        Path tree = Files.createDirectory(place.resolve("large"));
        byte[] bytes = new byte[largeBytes];
        for (int i = 0; i < LARGE_FILES; i++) {
            random.nextBytes(bytes);
            Files.write(tree.resolve("file" + i), bytes);
        }
        return new Load(tree, LARGE_FILES * (largeBytes / MIB), "MiB/s");
    }

    private BenchRow row(String name, Load load, Path place, Copier ours) throws IOException {
        double[] our = new double[rounds];
        double[] peers = new double[rounds];
        boolean memory = place.startsWith(MEMORY);
        for (int i = 0; i < rounds; i++) {
            Path ourCopy = place.resolve("copy" + i + "-ours");
            Path peersCopy = place.resolve("copy" + i + "-peers");
            if (i % 2 == 0) {
                our[i] = rate(load, ours, ourCopy, memory);
            }
            peers[i] = rate(load, CopyRows::peer, peersCopy, memory);
            if (i % 2 == 1) {
                our[i] = rate(load, ours, ourCopy, memory);
            }
        }
        if (!memory) { // later: freed blocks make the next allocations of ext4 slow
            for (int i = 0; i < rounds; i++) {
                remove(place.resolve("copy" + i + "-ours"));
                remove(place.resolve("copy" + i + "-peers"));
            }
        }
        BenchRow row =
                BenchRow.of(
                        "tree copy, " + name,
                        load.unit(),
                        Median.of(DoubleStream.of(our)),
                        Median.of(DoubleStream.of(peers)),
                        "cp -r, its start included",
                        Better.HIGHER);
        progress.accept(
                String.format(
                        Locale.ROOT,
                        "%s: %.0f %s, cp -r %.0f",
                        row.name(),
                        row.ours(),
                        row.unit(),
                        row.peer()));
        return row;
    }

    private static double rate(Load load, Copier copier, Path to, boolean memory)
            throws IOException {
        double rate = load.amount() * NANOS / copier.nanos(load.tree(), to);
        if (memory) {
            remove(to);
        } else {
            long ignored = timed(List.of("sync"));
        }
        return rate;
    }

    private static long peer(Path from, Path to) throws IOException {
        return timed(List.of("cp", "-r", from.toString(), to.toString()));
    }

    private long cold(Path from, Path to) throws IOException {
        List<String> command = OwnJvm.command(List.of("-XX:+UseSerialGC"), CopyProgram.class);
        command.addAll(List.of(from.toString(), to.toString()));
        return timed(command);
    }

    private static void remove(Path tree) throws IOException {
        long ignored = timed(List.of("rm", "-rf", tree.toString()));
    }

    private static long timed(List<String> command) throws IOException {
        long begin = System.nanoTime();
        Process process =
                new ProcessBuilder(command)
                        .redirectError(Redirect.INHERIT)
                        .redirectOutput(Redirect.DISCARD)
                        .start();
        try {
            int exit = process.waitFor();
            long nanos = System.nanoTime() - begin;
            if (exit != 0) {
                throw new IOException(String.join(" ", command) + " ended with " + exit);
            }
            return nanos;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while measuring", e);
        }
    }

    /** A JVM that copies again and again. */
    private static final class WarmCopier implements Copier, AutoCloseable {
        private static final long PATIENCE_SECONDS = 10;

        private final Process process;
        private final BufferedWriter orders;
        private final BufferedReader answers;

        private WarmCopier(Process process) {
            this.process = process;
            orders = process.outputWriter(StandardCharsets.UTF_8);
            answers = process.inputReader(StandardCharsets.UTF_8);
        }

        static WarmCopier start() throws IOException {
            List<String> command = OwnJvm.command(List.of("-XX:+UseSerialGC"), CopyProgram.class);
            return new WarmCopier(
                    new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
        }

        @Override
        public long nanos(Path from, Path to) throws IOException {
            orders.write(from + "\t" + to + "\n");
            orders.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IOException("The JVM that copies has ended; it said why above");
            }
            return Long.parseLong(answer);
        }

        @Override
        public void close() throws IOException {
            orders.close();
            answers.close();
            try {
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
