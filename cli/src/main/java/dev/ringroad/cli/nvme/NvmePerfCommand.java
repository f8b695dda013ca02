package dev.ringroad.cli.nvme;

import dev.ringroad.bench.blockload.BlockPlan;
import dev.ringroad.bench.fileload.AccessMode;
import dev.ringroad.cli.common.BlockDevices;
import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Quantities;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.nvme.block.text.BlockSpec;
import dev.ringroad.nvme.block.text.BlockTextException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Reads and writes a block device, and tells how fast. */
@Command(
        name = "perf",
        description = {
            "Reads and writes a block device of any kind as fio does, and tells how fast that is.",
            "",
            "What lasts longer than the command is never written to without --overwrite."
        },
        footer = {
            "",
            "A device is KIND:ADDRESS,KEY=VALUE; one that is made of another stands before it with @, one"
                    + " that is made of several has them in parentheses, which a shell wants quoted. A"
                    + " backslash before a comma makes it a part of an address. --kinds lists them.",
            "",
            "Examples:",
            "  ringroad nvme perf memory:1g --depth 32 --runtime 5",
            "  ringroad nvme perf file:/var/tmp/f,size=64m --rw randwrite --verify --overwrite",
            "  ringroad nvme perf 'stripe:64k(memory:1g,delay:100us@memory:1g)' --rw mixed",
            "Exit codes: 0 all is done and right, 1 something failed or was wrong, 2 it was refused"
                    + " and nothing was written. Ctrl-C ends it with 130, after the summary."
        })
final class NvmePerfCommand extends Subcommand {
    private static final int READ_PERCENT = 50;

    /** Kinds whose content ends with the command. */
    private static final Set<String> PASSING = Set.of("memory", "null");

    @Parameters(
            paramLabel = "DEVICE",
            arity = "0..1",
            description = "Such as memory:1g, null:1t or file:/var/tmp/f.")
    private @Nullable String device;

    @Option(names = "--kinds", description = "Lists the kinds of devices, and ends.")
    private boolean kinds;

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
            description = "The part of the device to use, from its beginning; all if not given.")
    private @Nullable String size;

    @Option(
            names = "--depth",
            paramLabel = "N",
            description = "Reads and writes in flight, of each thread; 32 if not given.")
    private int depth = 32;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Each with a channel and a part of the device; 1 if not given.")
    private int threads = 1;

    @Option(
            names = "--verify",
            description =
                    "Writes blocks with marks of their position and generation, and checks those of"
                            + " what is read; what was written is read back at the end. A run that only"
                            + " reads expects the marks of an earlier one everywhere.")
    private boolean verify;

    @Option(names = "--overwrite", description = "A device that lasts may be written to.")
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
            names = "--seed",
            paramLabel = "N",
            description = "The same seed visits blocks in the same order.")
    private @Nullable Long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes what was measured.")
    private @Nullable Path json;

    /** Used by picocli. */
    NvmePerfCommand() {}

    @Override
    public void run() {
        if (kinds) {
            System.out.println(BlockDevices.forms());
            return;
        }
        if (device == null) {
            throw Refusal.wrongUse(
                    "Name a device, such as: ringroad nvme perf memory:1g; --kinds lists what there is.");
        }
        BlockPlan plan = plan();
        requireLeave(device, plan.mode());
        if (json != null) {
            OutputFile.check(json);
        }
        NvmePerfRun.run(plan, device, json);
    }

    private void requireLeave(String text, AccessMode mode) {
        BlockSpec spec;
        try {
            spec = BlockDevices.texts().parse(text);
        } catch (BlockTextException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
        if (overwrite && !mode.writes()) {
            throw Refusal.wrongUse(
                    "--overwrite is for what writes; --rw " + rw + " does not, so leave it out.");
        }
        if (mode.writes() && !overwrite && lasts(spec)) {
            throw Refusal.wrongUse(
                    text
                            + " lasts, and --rw "
                            + rw
                            + " would write over what it holds; say --overwrite if it may.");
        }
    }

    private static boolean lasts(BlockSpec spec) {
        return spec.below().isEmpty()
                ? !PASSING.contains(spec.kind())
                : spec.below().stream().anyMatch(NvmePerfCommand::lasts);
    }

    private BlockPlan plan() {
        AccessMode mode = mode();
        if (readPercent != null && mode != AccessMode.MIXED) {
            throw Refusal.wrongUse(
                    "--read-percent is for --rw mixed; --rw " + rw + " does one of both only.");
        }
        if (ios != null && ios < 1) {
            throw Refusal.wrongUse("--ios is at least 1, not " + ios + ".");
        }
        try {
            return new BlockPlan(
                    mode,
                    readPercent == null ? READ_PERCENT : readPercent,
                    (int) Math.min(Integer.MAX_VALUE, Quantities.bytes("--bs", blockBytes)),
                    size == null ? 0 : Quantities.bytes("--size", size),
                    depth,
                    threads,
                    runtime == null
                            ? 0
                            : TimeUnit.SECONDS.toNanos(Quantities.seconds("--runtime", runtime)),
                    ios == null ? 0 : ios,
                    verify,
                    seed == null ? System.nanoTime() : seed);
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
    }

    private AccessMode mode() {
        for (AccessMode mode : AccessMode.values()) {
            if (mode.word().equals(rw)) {
                return mode;
            }
        }
        throw Refusal.wrongUse(
                "--rw is one of "
                        + Arrays.stream(AccessMode.values())
                                .map(AccessMode::word)
                                .collect(Collectors.joining(", "))
                        + ", not "
                        + rw
                        + ".");
    }
}
