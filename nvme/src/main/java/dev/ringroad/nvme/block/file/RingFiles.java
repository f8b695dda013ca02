package dev.ringroad.nvme.block.file;

import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.file.FileOptions.Ring;
import dev.ringroad.uring.Uring;

import java.io.IOException;
import java.nio.file.Path;

/** Opens files through io_uring; loaded only where its module is there. */
final class RingFiles {
    private RingFiles() {}

    static BlockDevice open(Path path, long bytes, FileOptions options) throws IOException {
        try (Uring trial = Uring.open(RingFileDevice.config(1))) {
            return RingFileDevice.open(path, bytes, options, trial);
        } catch (SystemCallException e) {
            if (options.ring() == Ring.REQUIRED || !e.call().startsWith("io_uring")) {
                throw e;
            }
            return ChannelFileDevice.open(path, bytes, options);
        }
    }
}
