package dev.ringroad.bench.fileload;

import dev.ringroad.core.linux.Errno;

import java.nio.file.Path;

/** Why a read or a write was not what it should be, in words. */
final class IoTrouble {
    private IoTrouble() {}

    /**
     * @param result the negated errno, or fewer bytes than the block has
     */
    static String words(boolean write, Path path, long position, int blockBytes, int result) {
        if (result < 0) {
            return "%s %s at position %d failed: %s (%d), %s%s"
                    .formatted(
                            write ? "Writing" : "Reading",
                            path,
                            position,
                            Errno.nameOf(-result),
                            -result,
                            Errno.describe(-result),
                            remedy(-result));
        }
        return write
                ? "%s took only %d of %d bytes at position %d: its file system is full, or a limit is reached"
                        .formatted(path, result, blockBytes, position)
                : "%s gave only %d of %d bytes at position %d: it was cut while it was read"
                        .formatted(path, result, blockBytes, position);
    }

    private static String remedy(int errno) {
        return switch (errno) {
            case Errno.EINVAL ->
                    ". Remedy: a block size that is a multiple of what the device reads directly,"
                            + " such as --bs 4k, or no --direct";
            case Errno.EOPNOTSUPP ->
                    ". Remedy: leave out --iopoll; it takes a device with queues for polling, such"
                            + " as NVMe with nvme.poll_queues=1";
            case Errno.ENOSPC -> ". Remedy: free space on the file system";
            default -> "";
        };
    }
}
