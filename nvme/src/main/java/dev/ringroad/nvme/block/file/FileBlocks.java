package dev.ringroad.nvme.block.file;

import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.FallbackDevice;
import dev.ringroad.nvme.block.OwningDevice;
import dev.ringroad.nvme.block.file.FileOptions.Ring;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Opens files, or block devices of the kernel, as block devices.
 *
 * <p>The size is what the file has when it is opened, in whole blocks; it is never made shorter or
 * longer. Nothing keeps two devices of one file from being open at once.
 */
public final class FileBlocks {
    private static final String RING_CLASS = "dev.ringroad.uring.Uring";

    private FileBlocks() {}

    /** Whether the module of io_uring is there; the kernel may still refuse it. */
    public static boolean hasRing() {
        try {
            Class<?> ignored = Class.forName(RING_CLASS, false, FileBlocks.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException _) {
            return false;
        }
    }

    /**
     * Opens a file, with all operations but compare-and-write.
     *
     * @return with zeroes, unmapping and comparisons by other means where the file has none
     * @throws IOException when it cannot be opened, or io_uring is required and not there
     */
    public static BlockDevice open(Path path, FileOptions options) throws IOException {
        BlockDevice device = openPlain(path, options);
        return new OwningDevice(new FallbackDevice(device), List.of(device));
    }

    /** The same with what the file itself can do. */
    static BlockDevice openPlain(Path path, FileOptions options) throws IOException {
        try {
            if (options.createBytes() > 0) {
                create(path, options.createBytes());
            }
            long bytes = bytesOf(path);
            if (options.ring() != Ring.NEVER && hasRing()) {
                return RingFiles.open(path, bytes, options);
            }
            if (options.ring() == Ring.REQUIRED) {
                throw new IOException(
                        path
                                + " is to be opened with io_uring, and the module dev.ringroad.uring"
                                + " is not there; add it, or do without");
            }
            return ChannelFileDevice.open(path, bytes, options);
        } catch (FileSystemException e) {
            throw new IOException(path + ": " + FileTrouble.words(e), e);
        }
    }

    private static void create(Path path, long bytes) throws IOException {
        try (FileChannel made =
                FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            int ignored = made.write(ByteBuffer.allocate(1), Math.subtractExact(bytes, 1L));
        } catch (FileAlreadyExistsException _) {
            return;
        } catch (Throwable t) {
            boolean ignored = Files.deleteIfExists(path);
            throw t;
        }
    }

    /** Also right for block devices, of which a file's status has no size. */
    private static long bytesOf(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new IOException(path + " is a directory; name a file or a block device");
        }
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            return file.size();
        }
    }
}
