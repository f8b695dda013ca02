package dev.ringroad.cli.volume;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.nvme.volume.VolumeStore;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;

/** Makes a store. */
@Command(
        name = "init",
        description = {
            "Makes an empty store of volumes in a file or on a block device. What is there is lost."
        },
        footer = {"", "Example:", "  ringroad volume init --size 100g store.img"})
final class InitCommand extends StoreCommand {
    @Option(
            names = "--size",
            paramLabel = "BYTES",
            description =
                    "Makes a file of that size, such as 512m or 100g; it takes room as it fills.")
    private @Nullable String size;

    @Option(
            names = "--cluster",
            paramLabel = "BYTES",
            defaultValue = "64k",
            description =
                    "What a volume takes at a time, 16k to 4m (default: ${DEFAULT-VALUE}); 1m suits"
                            + " stores of many terabytes.")
    private String cluster = "64k";

    @Option(names = "--force", description = "Also where there is a store or any other file.")
    private boolean force;

    /** Used by picocli. */
    InitCommand() {}

    @Override
    public void run() {
        long clusterBytes = Sizes.bytes("--cluster", cluster);
        if (Long.bitCount(clusterBytes) != 1 || clusterBytes < 16 << 10 || clusterBytes > 4 << 20) {
            throw Refusal.wrongUse(
                    "--cluster is a power of two from 16k to 4m, not " + cluster + ".");
        }
        try {
            StoreFile.prepare(place(), size == null ? 0 : Sizes.bytes("--size", size), force);
        } catch (IOException e) {
            throw Refusal.failed("Making " + place() + " failed: " + e.getMessage() + ".");
        }
        onDevice(
                device -> {
                    if (!force && VolumeStore.isOn(device)) {
                        throw Refusal.wrongUse(
                                "There is a store on "
                                        + place()
                                        + "; with --force it is replaced, and its volumes are lost.");
                    }
                    VolumeStore.format(device, (int) clusterBytes);
                });
        tell("Made a store on", place());
    }
}
