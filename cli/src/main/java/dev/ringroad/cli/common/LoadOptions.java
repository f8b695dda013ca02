package dev.ringroad.cli.common;

import dev.ringroad.bench.fileload.AccessMode;
import dev.ringroad.bench.fileload.LoadPlan;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The options of all commands that read and write something to tell how fast that is. */
public final class LoadOptions {
    private static final int READ_PERCENT = 50;

    @Option(
            names = "--rw",
            paramLabel = "HOW",
            description = "randread (if not given), randwrite, read, write or mixed.")
    private String rw = "randread";

    @Option(
            names = "--read-percent",
            paramLabel = "N",
            description = "Reads among reads and writes with --rw mixed; 50 if not given.")
    private @Nullable Integer readPercent;

    @Option(
            names = "--bs",
            paramLabel = "BYTES",
            description = "Of a read or write, such as 4k (if not given) or 1m.")
    private String blockBytes = "4k";

    @Option(
            names = "--depth",
            paramLabel = "N",
            description = "Reads and writes in flight, of each thread; 32 if not given.")
    private int depth = 32;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Each with a part of its own; 1 if not given.")
    private int threads = 1;

    @Option(
            names = "--verify",
            description =
                    "Writes blocks with marks of their position and generation, and checks those of"
                            + " what is read; what was written is read back at the end. A run that only"
                            + " reads expects the marks of an earlier one everywhere.")
    private boolean verify;

    @Option(names = "--overwrite", description = "What is there and lasts may be written over.")
    private boolean overwrite;

    @Option(names = "--runtime", paramLabel = "TIME", description = "Such as 10, 10s, 5m or 1h.")
    private @Nullable String runtime;

    @Option(
            names = "--ios",
            paramLabel = "N",
            description =
                    "Reads and writes of all threads. Without this and --runtime, as many as there are"
                            + " blocks.")
    private @Nullable Long ios;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Reads and writes a second at most, of all threads.")
    private @Nullable Long rate;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The same seed visits blocks in the same order.")
    private @Nullable Long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes what was measured.")
    private @Nullable Path json;

    /** Used by picocli. */
    public LoadOptions() {}

    /** What is to be done; refuses what does not go with it. */
    public AccessMode mode() {
        AccessMode mode =
                Arrays.stream(AccessMode.values())
                        .filter(each -> each.word().equals(rw))
                        .findFirst()
                        .orElseThrow(this::noMode);
        if (readPercent != null && mode != AccessMode.MIXED) {
            throw Refusal.wrongUse(
                    "--read-percent is for --rw mixed; --rw " + rw + " does one of both only.");
        }
        if (overwrite && !mode.writes()) {
            throw Refusal.wrongUse(
                    "--overwrite is for what writes; --rw " + rw + " does not, so leave it out.");
        }
        return mode;
    }

    private Refusal noMode() {
        return Refusal.wrongUse(
                Arrays.stream(AccessMode.values())
                        .map(AccessMode::word)
                        .collect(Collectors.joining(", ", "--rw is one of ", ", not " + rw + ".")));
    }

    /** Reads among reads and writes. */
    public int readPercent() {
        return readPercent == null ? READ_PERCENT : readPercent;
    }

    /** Bytes of a read or write. */
    public int ioBytes() {
        return (int) Math.min(Integer.MAX_VALUE, Quantities.bytes("--bs", blockBytes));
    }

    /** In flight, of each thread. */
    public int depth() {
        return depth;
    }

    /** How many threads. */
    public int threads() {
        return threads;
    }

    /** Whether what is read is checked. */
    public boolean isVerified() {
        return verify;
    }

    /** Whether what lasts may be written over. */
    public boolean mayOverwrite() {
        return overwrite;
    }

    /** When it ends, and how quick it may be. */
    public LoadPlan.Limits limits() {
        requirePositive("--ios", ios);
        requirePositive("--rate", rate);
        long nanos =
                runtime == null
                        ? 0
                        : TimeUnit.SECONDS.toNanos(Quantities.seconds("--runtime", runtime));
        return new LoadPlan.Limits(nanos, ios == null ? 0 : ios, rate == null ? 0 : rate);
    }

    private static void requirePositive(String option, @Nullable Long value) {
        if (value != null && value < 1) {
            throw Refusal.wrongUse(option + " is at least 1, not " + value + ".");
        }
    }

    /** For the order in which blocks are visited. */
    public long seed() {
        return seed == null ? System.nanoTime() : seed;
    }

    /** Where to write what was measured, if anywhere. */
    public @Nullable Path json() {
        return json;
    }
}
