package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.FileStatus;

/** Which file it is, whatever its name. */
record Identity(long device, long inode) {

    static Identity of(FileStatus status) {
        return new Identity(status.device(), status.inode());
    }
}
