package dev.ringroad.cli.nvme;

import dev.ringroad.bench.Json;
import dev.ringroad.cli.common.BlockDevices;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.nvme.block.BlockClaim;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.MirrorDevice;
import dev.ringroad.nvme.block.text.BlockSpec;
import dev.ringroad.nvme.block.text.BlockTextException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Makes the legs of a mirror equal. */
@Command(
        name = "rebuild",
        description = {
            "Copies one leg of a mirror that nobody uses to all others, so that they hold the same again.",
            "",
            "A mirror writes nothing of its own to its legs, so nothing on them tells a leg that was dropped"
                    + " from one that was not: which one is good is yours to say. A command that drops a"
                    + " leg says so at its end. To copy a leg while the mirror is used, open it with"
                    + " mirror,rebuild=N(…), N being the leg to be written to."
        },
        footer = {
            "",
            "Example:",
            "  ringroad nvme rebuild 'mirror(file:a.img,file:b.img)' --good 0",
            "Exit codes: 0 all legs hold the same, 1 something failed, 2 it was refused and nothing was"
                    + " written."
        })
final class NvmeRebuildCommand extends Subcommand {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double MIB = 1 << 20;

    @Parameters(paramLabel = "MIRROR", description = "Such as 'mirror(file:a.img,file:b.img)'.")
    private String text = "";

    @Option(
            names = "--good",
            paramLabel = "N",
            required = true,
            description =
                    "The leg that holds the truth, counted from 0; all others are written over.")
    private int good;

    @Option(names = "--json", description = "Tells the result as JSON.")
    private boolean json;

    private long beginNanos;
    private long toldNanos;

    /** Used by picocli. */
    NvmeRebuildCommand() {}

    @Override
    public void run() {
        List<BlockSpec> legs = legs();
        List<BlockDevice> devices = new ArrayList<>();
        try {
            for (BlockSpec leg : legs) {
                devices.add(BlockDevices.texts().open(leg));
            }
            rebuild(devices);
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        } catch (IOException e) {
            throw Refusal.failed(FileTrouble.words(e) + ".");
        } finally {
            close(devices);
        }
    }

    private List<BlockSpec> legs() {
        BlockSpec spec;
        try {
            spec = BlockDevices.texts().parse(text);
        } catch (BlockTextException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
        boolean isMirror = spec.kind().equals("mirror") && spec.below().size() > 1;
        if (!isMirror || !spec.options().isEmpty()) {
            throw Refusal.wrongUse(
                    "A mirror is named by its legs alone, such as 'mirror(file:a.img,file:b.img)', not "
                            + text
                            + ".");
        }
        if (good < 0 || good >= spec.below().size()) {
            throw Refusal.wrongUse(
                    "--good is one of the legs 0 to "
                            + (spec.below().size() - 1)
                            + ", not "
                            + good
                            + ".");
        }
        return spec.below();
    }

    private void rebuild(List<BlockDevice> devices) throws IOException {
        Set<Integer> others = new TreeSet<>();
        for (int leg = 0; leg < devices.size(); leg++) {
            if (leg != good) {
                boolean ignored = others.add(leg);
            }
        }
        try (MirrorDevice mirror = MirrorDevice.of(text, devices, others);
                BlockClaim _ = mirror.claim()) {
            for (int leg : others) {
                beginNanos = System.nanoTime();
                toldNanos = beginNanos;
                int number = leg;
                int blockBytes = mirror.geometry().blockBytes();
                mirror.rebuild(
                        leg, (copied, all) -> tell(number, copied * blockBytes, all * blockBytes));
            }
            System.out.print(json ? asJson(mirror, others) : words(mirror, others));
        }
    }

    private void tell(int leg, long copiedBytes, long allBytes) {
        long now = System.nanoTime();
        if (!json && now - toldNanos >= SECOND_NANOS) {
            toldNanos = now;
            System.out.printf(
                    Locale.ROOT,
                    "%4d s  leg %d: %.1f of %.1f MiB%n",
                    (now - beginNanos) / SECOND_NANOS,
                    leg,
                    copiedBytes / MIB,
                    allBytes / MIB);
        }
    }

    private String words(MirrorDevice mirror, Set<Integer> others) {
        StringBuilder words = new StringBuilder();
        for (int leg : others) {
            words.append(
                    String.format(
                            Locale.ROOT,
                            "Leg %d, %s, holds what leg %d holds: %.1f MiB.%n",
                            leg,
                            mirror.state().get(leg).name(),
                            good,
                            mirror.geometry().byteSize() / MIB));
        }
        return words.toString();
    }

    private String asJson(MirrorDevice mirror, Set<Integer> others) {
        StringJoiner legs = new StringJoiner(", ", "[", "]");
        others.forEach(leg -> legs.add(Json.quote(mirror.state().get(leg).name())));
        return "{\"good\": %s, \"rebuilt\": %s, \"bytes\": %d}%n"
                .formatted(
                        Json.quote(mirror.state().get(good).name()),
                        legs,
                        mirror.geometry().byteSize());
    }

    private static void close(List<BlockDevice> devices) {
        for (BlockDevice device : devices.reversed()) {
            try {
                device.close();
            } catch (IOException e) {
                System.err.println(
                        "Closing " + device.name() + " failed: " + FileTrouble.words(e) + ".");
            }
        }
    }
}
