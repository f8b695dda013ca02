package dev.ringroad.cli.uring;

import dev.ringroad.bench.fileload.AccessMode;
import dev.ringroad.bench.fileload.LoadPlan;
import dev.ringroad.bench.fileload.RingUse;
import dev.ringroad.bench.fileload.Workload;
import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Quantities;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Reads and writes files through io_uring, and tells how fast. */
@Command(
        name = "perf",
        description = {
            "Reads and writes files through io_uring as fio does, and tells how fast that is.",
            "",
            "A file that does not exist is laid out with --size bytes, and stays. One that exists is never"
                    + " shortened or made longer, and never written to without --overwrite."
        },
        footer = {
            "",
            "Examples:",
            "  ringroad uring perf /var/tmp/f --size 1g --depth 32 --direct --fixed --runtime 10",
            "  ringroad uring perf /var/tmp/g --size 64m --rw randwrite --verify",
            "Exit codes: 0 all is done and right, 1 something failed or was wrong, 2 it was refused"
                    + " and no file has changed. Ctrl-C ends it with 130, after the summary."
        })
final class UringPerfCommand extends Subcommand {
    private static final int READ_PERCENT = 50;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files or block devices.")
    private List<Path> files = List.of();

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
            names = "--size",
            paramLabel = "BYTES",
            description = "Of a file that is laid out, or the part to use of one that exists.")
    private @Nullable String size;

    @Option(
            names = "--depth",
            paramLabel = "N",
            description = "Reads and writes in flight, of each thread; 32 if not given.")
    private int depth = 32;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Handed over in one call at most; the depth if not given.")
    private @Nullable Integer batch;

    @Option(
            names = "--wait",
            paramLabel = "N",
            description = "Completions that a call waits for; 1 if not given.")
    private int awaited = 1;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Each with a ring and a part of each file of its own; 1 if not given.")
    private int threads = 1;

    @Option(
            names = "--pin",
            paramLabel = "LIST",
            split = ",",
            description = "Processors for the threads, such as 1,3.")
    private List<Integer> cpus = List.of();

    @Option(names = "--direct", description = "Around the page cache (O_DIRECT).")
    private boolean direct;

    @Option(names = "--fixed", description = "With registered files and buffers.")
    private boolean fixed;

    @Option(names = "--iopoll", description = "The kernel polls the device; with --direct.")
    private boolean iopoll;

    @Option(names = "--sqpoll", description = "A thread of the kernel takes the entries.")
    private boolean sqpoll;

    @Option(
            names = "--verify",
            description =
                    "Writes blocks with marks, and checks those of all that is read; what was written"
                            + " is read back at the end.")
    private boolean verify;

    @Option(names = "--overwrite", description = "Files that exist may be written to.")
    private boolean overwrite;

    @Option(names = "--runtime", paramLabel = "TIME", description = "Such as 10, 10s, 5m or 1h.")
    private @Nullable String runtime;

    @Option(
            names = "--ios",
            paramLabel = "N",
            description =
                    "Reads and writes of all threads. Without this and --runtime, as many as the files"
                            + " have blocks.")
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
    UringPerfCommand() {}

    @Override
    public void run() {
        LoadPlan plan = plan();
        requireDifferentFiles();
        if (json != null) {
            OutputFile.check(json);
        }
        PerfRun.run(plan, json);
    }

    private void requireDifferentFiles() {
        for (int i = 0; i < files.size(); i++) {
            Path file = files.get(i);
            if (json != null && SameFile.is(file, json)) {
                throw Refusal.wrongUse(
                        "--json "
                                + json
                                + " would be written over a file under test; name another.");
            }
            for (Path before : files.subList(0, i)) {
                if (SameFile.is(before, file)) {
                    throw Refusal.wrongUse(
                            before + " and " + file + " are the same file; name it once.");
                }
            }
        }
    }

    private LoadPlan plan() {
        try {
            return new LoadPlan(workload(), ring(), threads, cpus, limits());
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
    }

    private Workload workload() {
        AccessMode mode = mode();
        if (readPercent != null && mode != AccessMode.MIXED) {
            throw Refusal.wrongUse(
                    "--read-percent is for --rw mixed; --rw " + rw + " does one of both only.");
        }
        if (overwrite && !mode.writes()) {
            throw Refusal.wrongUse(
                    "--overwrite is for what writes; --rw " + rw + " does not, so leave it out.");
        }
        return new Workload(
                files,
                mode,
                readPercent == null ? READ_PERCENT : readPercent,
                (int) Math.min(Integer.MAX_VALUE, Quantities.bytes("--bs", blockBytes)),
                size == null ? 0 : Quantities.bytes("--size", size),
                verify,
                overwrite,
                seed == null ? System.nanoTime() : seed);
    }

    private AccessMode mode() {
        return Arrays.stream(AccessMode.values())
                .filter(mode -> mode.word().equals(rw))
                .findFirst()
                .orElseThrow(
                        () ->
                                Refusal.wrongUse(
                                        Arrays.stream(AccessMode.values())
                                                .map(AccessMode::word)
                                                .collect(
                                                        Collectors.joining(
                                                                ", ",
                                                                "--rw is one of ",
                                                                ", not " + rw + "."))));
    }

    private RingUse ring() {
        return new RingUse(
                depth, batch == null ? depth : batch, awaited, direct, fixed, iopoll, sqpoll);
    }

    private LoadPlan.Limits limits() {
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
}
