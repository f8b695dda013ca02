package dev.ringroad.cli.volume;

import dev.ringroad.cli.common.BlockDevices;
import dev.ringroad.cli.common.Machine;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.file.FileBlocks;
import dev.ringroad.nvme.block.file.FileOptions;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/** The place of a store: a path, or what a text of the block layer names. */
final class StoreFile {
    private static final int BEGINNING_BYTES = 1 << 17;

    private StoreFile() {}

    /** Opens the device there. */
    static BlockDevice open(String place) throws IOException {
        if (!isPath(place)) {
            return BlockDevices.open(place);
        }
        Path path = Path.of(place);
        if (!Files.exists(path)) {
            throw Refusal.wrongUse(
                    "There is no "
                            + place
                            + "; a store is made with: ringroad volume init --size 10g "
                            + place);
        }
        return FileBlocks.open(path, FileOptions.ordinary());
    }

    private static boolean isPath(String place) {
        return Files.exists(Path.of(place)) || place.chars().noneMatch(c -> c == ':' || c == '@');
    }

    /**
     * Makes a file for a store, or sees that one can be where it is to be.
     *
     * @param bytes of a file to be made, 0 for none
     * @return whether a file was made
     */
    static boolean prepare(String place, long bytes) throws IOException {
        if (!isPath(place)) {
            if (bytes > 0) {
                throw Refusal.wrongUse(
                        "--size is for the path of a file; "
                                + place
                                + " says itself how large it is.");
            }
            return false;
        }
        Path path = Path.of(place);
        if (!Files.exists(path)) {
            create(path, bytes);
            return true;
        }
        if (bytes > 0) {
            throw Refusal.wrongUse(place + " is there already; --size is for a file that is not.");
        } else if (Files.isDirectory(path)) {
            throw Refusal.wrongUse(place + " is a folder; name a file in it.");
        } else if (isMounted(path)) {
            throw Refusal.wrongUse(place + " holds a mounted file system; unmount it first.");
        }
        return false;
    }

    private static void create(Path path, long bytes) throws IOException {
        if (bytes == 0) {
            throw Refusal.wrongUse(
                    "There is no " + path + "; with --size a file is made, such as --size 10g.");
        }
        FileOptions options = FileOptions.ordinary().withCreateBytes(bytes);
        FileBlocks.open(path, options).close();
    }

    private static boolean isMounted(Path path) throws IOException {
        String name =
                path.toRealPath().toString(); // and its partitions, of which the names begin alike
        return Machine.here().text("proc/mounts").stream()
                .flatMap(String::lines)
                .anyMatch(line -> line.startsWith(name));
    }

    /** Whether a device begins with zeroes, as far as file systems and stores would begin. */
    static boolean isBlank(BlockDevice device) throws IOException {
        int blockBytes = device.geometry().blockBytes();
        long blocks =
                Math.min(Math.ceilDiv(BEGINNING_BYTES, blockBytes), device.geometry().blocks());
        try (BlockClient client = BlockClient.open(device);
                Arena arena = Arena.ofShared()) {
            MemorySegment found = arena.allocate(blocks * blockBytes, BEGINNING_BYTES);
            client.read(0, blocks, found, 0);
            return found.mismatch(arena.allocate(found.byteSize())) < 0;
        }
    }
}
