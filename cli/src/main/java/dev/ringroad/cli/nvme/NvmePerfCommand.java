package dev.ringroad.cli.nvme;

import dev.ringroad.bench.blockload.BlockLoad;
import dev.ringroad.bench.blockload.BlockPlan;
import dev.ringroad.bench.blockload.BlockReport;
import dev.ringroad.bench.fileload.AccessMode;
import dev.ringroad.cli.common.BlockDevices;
import dev.ringroad.cli.common.LoadOptions;
import dev.ringroad.cli.common.LoadRun;
import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Quantities;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.cli.common.Warnings;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.nvme.block.BlockClaim;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.text.BlockSpec;
import dev.ringroad.nvme.block.text.BlockTextException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

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
    /** Kinds whose content ends with the command. */
    private static final Set<String> PASSING = Set.of("memory", "null");

    @Parameters(
            paramLabel = "DEVICE",
            arity = "0..1",
            description = "Such as memory:1g, null:1t or file:/var/tmp/f.")
    private @Nullable String device;

    @Option(names = "--kinds", description = "Lists the kinds of devices, and ends.")
    private boolean kinds;

    @Mixin private LoadOptions options = new LoadOptions();

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            description = "The part of the device to use, from its beginning; all if not given.")
    private @Nullable String size;

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
        Path json = options.json();
        if (json != null) {
            OutputFile.check(json);
        }
        try (LoadRun run = LoadRun.start();
                BlockDevice opened = BlockDevices.open(device)) {
            perform(run, plan, opened, json);
        } catch (IOException e) {
            throw Refusal.failed(FileTrouble.words(e) + ".");
        }
    }

    private static void perform(
            LoadRun run, BlockPlan plan, BlockDevice device, @Nullable Path json)
            throws IOException {
        BlockLoad load;
        try {
            load = new BlockLoad(plan, device);
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
        try (BlockClaim _ = plan.mode().writes() ? device.claim() : BlockClaim.NONE) {
            run.watch(load, new BlockReport(load), json);
        } finally {
            new Warnings(List.of(device)).tell();
        }
    }

    private void requireLeave(String text, AccessMode mode) {
        BlockSpec spec;
        try {
            spec = BlockDevices.texts().parse(text);
        } catch (BlockTextException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
        if (mode.writes() && !options.mayOverwrite() && lasts(spec)) {
            throw Refusal.wrongUse(
                    text
                            + " lasts, and --rw "
                            + mode.word()
                            + " would write over what it holds; say --overwrite if it may.");
        }
    }

    private static boolean lasts(BlockSpec spec) {
        return spec.below().isEmpty()
                ? !PASSING.contains(spec.kind())
                : spec.below().stream().anyMatch(NvmePerfCommand::lasts);
    }

    private BlockPlan plan() {
        try {
            return new BlockPlan(
                    options.mode(),
                    options.readPercent(),
                    options.ioBytes(),
                    size == null ? 0 : Quantities.bytes("--size", size),
                    options.depth(),
                    options.threads(),
                    options.limits(),
                    options.isVerified(),
                    options.seed());
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
    }
}
