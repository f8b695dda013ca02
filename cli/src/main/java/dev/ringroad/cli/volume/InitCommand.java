package dev.ringroad.cli.volume;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.volume.VolumeStore;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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
        boolean isMade = prepare();
        try {
            onDevice(device -> make(device, (int) clusterBytes));
        } catch (RuntimeException e) {
            if (isMade) {
                remove(e);
            }
            throw e;
        }
        tell("Made a store on", place());
    }

    private boolean prepare() {
        try {
            return StoreFile.prepare(place(), size == null ? 0 : Sizes.bytes("--size", size));
        } catch (IOException e) {
            throw Refusal.failed("Making " + place() + " failed: " + FileTrouble.words(e) + ".");
        }
    }

    private void make(BlockDevice device, int clusterBytes) throws IOException {
        if (!force && VolumeStore.isOn(device)) {
            throw Refusal.wrongUse(
                    "There is a store on "
                            + place()
                            + "; with --force it is replaced, and its volumes are lost.");
        }
        if (!force && !StoreFile.isBlank(device)) {
            throw Refusal.wrongUse(
                    "There is something in " + place() + "; with --force it is lost for a store.");
        }
        VolumeStore.format(device, clusterBytes);
    }

    /** The file was made for a store that could not be. */
    private void remove(RuntimeException why) {
        try {
            Files.delete(Path.of(place()));
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }
}
