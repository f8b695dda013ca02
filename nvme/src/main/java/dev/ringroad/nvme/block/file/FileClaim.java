package dev.ringroad.nvme.block.file;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.nvme.block.BlockClaim;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that nobody else can claim, by {@code flock(2)}: it goes with the descriptor, so with the
 * process at the latest. On a block device it is what udev and partitioning tools respect as well.
 */
final class FileClaim {
    private FileClaim() {}

    static BlockClaim of(Path path) throws IOException {
        Descriptor file =
                Descriptor.open(
                        path.toString(),
                        Descriptor.READ_ONLY,
                        0,
                        "name a file that this user may read");
        try {
            if (!file.lock()) {
                throw new IOException(
                        path
                                + " is in use, by another process or a second time by this one; wait"
                                + " until that ends, then try again");
            }
        } catch (Throwable t) {
            file.close();
            throw t;
        }
        return file::close;
    }
}
