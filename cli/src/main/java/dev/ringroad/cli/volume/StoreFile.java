package dev.ringroad.cli.volume;

import dev.ringroad.cli.common.BlockDevices;
import dev.ringroad.cli.common.Machine;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.file.FileBlocks;
import dev.ringroad.nvme.block.file.FileOptions;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The device that a store is on; a file is locked, so that no two commands change it at once. */
final class StoreFile implements AutoCloseable {
    private final BlockDevice device;
    private final @Nullable FileChannel locked;

    private StoreFile(BlockDevice device, @Nullable FileChannel locked) {
        this.device = device;
        this.locked = locked;
    }

    /** Opens a path, or what a text of the block layer names. */
    static StoreFile open(String place) throws IOException {
        if (!isPath(place)) {
            return new StoreFile(BlockDevices.open(place), null);
        }
        Path path = Path.of(place);
        if (!Files.exists(path)) {
            throw Refusal.wrongUse(
                    "There is no "
                            + place
                            + "; a store is made with: ringroad volume init --size 10g "
                            + place);
        }
        FileChannel locked = lock(path);
        try {
            return new StoreFile(FileBlocks.open(path, FileOptions.ordinary()), locked);
        } catch (Throwable t) {
            locked.close();
            throw t;
        }
    }

    private static boolean isPath(String place) {
        return Files.exists(Path.of(place)) || place.chars().noneMatch(c -> c == ':' || c == '@');
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw Refusal.failed(
                        "Another process uses " + path + "; wait until it ends, then try again.");
            }
            return channel;
        } catch (Throwable t) {
            channel.close();
            throw t;
        }
    }

    /** Makes a file for a store, or sees that nothing of value is where it is to be. */
    static void prepare(String place, long bytes, boolean force) throws IOException {
        if (!isPath(place)) {
            return;
        }
        Path path = Path.of(place);
        if (!Files.exists(path)) {
            create(path, bytes);
        } else if (bytes > 0) {
            throw Refusal.wrongUse(place + " is there already; --size is for a file that is not.");
        } else if (Files.isDirectory(path)) {
            throw Refusal.wrongUse(place + " is a folder; name a file in it.");
        } else if (isMounted(path)) {
            throw Refusal.wrongUse(place + " holds a mounted file system; unmount it first.");
        } else if (!force && !isBlank(path)) {
            throw Refusal.wrongUse(
                    "There is something in " + place + "; with --force it is lost for a store.");
        }
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

    /** Whether it begins with zeroes, as far as file systems and stores would begin. */
    private static boolean isBlank(Path path) throws IOException {
        try (var in = Files.newInputStream(path)) {
            for (byte each : in.readNBytes(1 << 17)) {
                if (each != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    BlockDevice device() {
        return device;
    }

    @Override
    public void close() throws IOException {
        try {
            device.close();
        } finally {
            if (locked != null) {
                locked.close();
            }
        }
    }
}
