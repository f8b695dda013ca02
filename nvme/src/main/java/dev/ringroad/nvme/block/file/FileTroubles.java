package dev.ringroad.nvme.block.file;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.nvme.block.BlockStatus;

/** What the kernel's errors mean for a request. */
final class FileTroubles {
    private static final int EDQUOT = 122;
    private static final int EREMOTEIO = 121;
    private static final int EBADMSG = 74;

    private FileTroubles() {}

    /**
     * @param errno positive
     */
    static BlockStatus statusOf(int errno) {
        return switch (errno) {
            case Errno.EIO, EREMOTEIO -> BlockStatus.MEDIA_ERROR;
            case Errno.ENOSPC, EDQUOT, Errno.EFBIG -> BlockStatus.NO_SPACE;
            case Errno.EROFS, Errno.EPERM, Errno.EBADF -> BlockStatus.READ_ONLY;
            case EBADMSG -> BlockStatus.CORRUPT;
            case Errno.EINVAL, Errno.EFAULT -> BlockStatus.INVALID;
            case Errno.EOPNOTSUPP, Errno.ENOSYS -> BlockStatus.UNSUPPORTED;
            case Errno.ENODEV, Errno.ENXIO -> BlockStatus.GONE;
            case Errno.ETIMEDOUT, Errno.ETIME -> BlockStatus.TIMED_OUT;
            case Errno.ECANCELED -> BlockStatus.ABORTED;
            default -> BlockStatus.FAILED;
        };
    }
}
