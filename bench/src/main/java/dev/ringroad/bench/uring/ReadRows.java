package dev.ringroad.bench.uring;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.Median;
import dev.ringroad.core.linux.Affinity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Random reads of 4 KiB, a second: ours beside fio's io_uring engine with the same flags, and
 * beside the JDK's channels. One thread on one processor, the same file, the sides in turn; each of
 * ours in a JVM of its own. All sides take the time of each read.
 */
public final class ReadRows {
    private static final long FILE_BYTES = 1L << 30;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int[] DEPTHS = {1, 8, 32, 128};
    private static final double KILO = 1e3;

    /** Where a file lies, and how it is read. */
    private record Place(String words, Path file, boolean direct) {}

    /** One side of a comparison. */
    private interface Side {
        double rate() throws IOException;
    }

    /** Somebody beside us. */
    private record Peer(String name, Side side) {}

    private final int rounds;
    private final ReadProgram.Times times;
    private final int cpu;
    private final Consumer<String> progress;

    private ReadRows(boolean quick, int cpu, Consumer<String> progress) {
        rounds = quick ? 1 : 3;
        times = new ReadProgram.Times(1500, quick ? 500 : 1500);
        this.cpu = cpu;
        this.progress = progress;
    }

    /**
     * Measures all rows.
     *
     * @param quick one short round
     * @param progress told a sentence after each round
     * @throws IOException if fio is missing or the files cannot be made; the message says what to
     *     do
     */
    public static List<BenchRow> measure(boolean quick, Consumer<String> progress)
            throws IOException {
        String missing = Fio.missing();
        if (missing != null) {
            throw new IOException(missing);
        }
        // The highest processor has the least of everybody else's work.
        ReadRows rows = new ReadRows(quick, Affinity.allowedCpus().length() - 1, progress);
        Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "ringroad-reads");
        try {
            Path disk = Files.createTempDirectory(Path.of("/var/tmp"), "ringroad-reads");
            try {
                return rows.rows(layOut(memory), layOut(disk));
            } finally {
                remove(disk);
            }
        } finally {
            remove(memory);
        }
    }

    private static Path layOut(Path folder) throws IOException {
        Path file = folder.resolve("reads");
        SplittableRandom random = new SplittableRandom(1);
        byte[] bytes = new byte[CHUNK_BYTES];
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long written = 0; written < FILE_BYTES; written += CHUNK_BYTES) {
                random.nextBytes(bytes);
                ByteBuffer from = ByteBuffer.wrap(bytes);
                while (from.hasRemaining()) {
                    int ignored = channel.write(from);
                }
            }
            channel.force(true);
        }
        return file;
    }

    /** Into the page cache, where direct reads may have left holes. */
    private static void bringIn(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer into = ByteBuffer.allocateDirect(CHUNK_BYTES);
            while (channel.read(into) >= 0) {
                into.clear();
            }
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private List<BenchRow> rows(Path memory, Path disk) throws IOException {
        List<Place> places =
                List.of(
                        new Place("tmpfs", memory, false),
                        new Place("disk, buffered", disk, false),
                        new Place("disk, O_DIRECT", disk, true));
        String fio = Fio.version() + ", io_uring";
        List<BenchRow> rows = new ArrayList<>();
        for (Place place : places) {
            for (int depth : DEPTHS) {
                rows.addAll(rows(place, depth, fio));
            }
        }
        return rows;
    }

    private List<BenchRow> rows(Place place, int depth, String fio) throws IOException {
        Path file = place.file();
        boolean direct = place.direct();
        List<Peer> peers = new ArrayList<>();
        peers.add(new Peer(fio, () -> Fio.reads(file, direct, depth, cpu, times)));
        if (depth == 1) {
            peers.add(jdk("FileChannel", ReadProgram.Reader.CHANNEL, place, depth));
        }
        peers.add(
                jdk(
                        "AsynchronousFileChannel",
                        ReadProgram.Reader.ASYNCHRONOUS_CHANNEL,
                        place,
                        depth));
        String name = "4 KiB random reads, " + place.words() + ", depth " + depth;
        if (!direct) {
            bringIn(file);
        }
        double[] ours = new double[rounds];
        double[][] theirs = new double[peers.size()][rounds];
        for (int i = 0; i < rounds; i++) {
            ours[i] = ReadProgram.run(ReadProgram.Reader.RING, file, direct, depth, cpu, times);
            StringBuilder told = new StringBuilder(name + ": " + thousands(ours[i]));
            for (int j = 0; j < theirs.length; j++) {
                theirs[j][i] = peers.get(j).side().rate();
                told.append("; ").append(peers.get(j).name()).append(' ');
                told.append(thousands(theirs[j][i]));
            }
            progress.accept(told.toString());
        }
        List<BenchRow> rows = new ArrayList<>();
        for (int j = 0; j < theirs.length; j++) {
            String peer = peers.get(j).name();
            rows.add(
                    BenchRow.of(
                            j == 0 ? name : name + ", beside " + peer,
                            "thousand/s",
                            Median.of(Arrays.stream(ours)) / KILO,
                            Median.of(Arrays.stream(theirs[j])) / KILO,
                            peer,
                            Better.HIGHER));
        }
        return rows;
    }

    private Peer jdk(String name, ReadProgram.Reader reader, Place place, int depth) {
        return new Peer(
                name,
                () -> ReadProgram.run(reader, place.file(), place.direct(), depth, cpu, times));
    }

    private static String thousands(double rate) {
        return String.format(Locale.ROOT, "%.1fk/s", rate / KILO);
    }
}
