package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.FileStatus;

/** One file that is to be copied; whoever it is handed to ends it once. */
final class FileJob {
    private final CopyWork work;
    private final Gate gate;
    final Folder folder;
    final byte[] name;

    /** That the copy is to have. */
    final byte[] finalName;

    /** That it has until it is complete; the final one where nobody looks yet. */
    final byte[] writtenName;

    final boolean followed;
    final long bytes;
    final long bytesOnDisk;
    final int permissions;
    final FileTimes times;
    final boolean severalNames;

    FileJob(
            CopyWork work,
            Gate gate,
            Folder folder,
            byte[] name,
            byte[] finalName,
            boolean followed,
            FileStatus status) {
        this.work = work;
        this.gate = gate;
        this.folder = folder;
        this.name = name;
        this.finalName = finalName;
        this.followed = followed;
        writtenName = folder.isFresh() ? finalName : TemporaryNames.next();
        bytes = status.bytes();
        bytesOnDisk = status.bytesOnDisk();
        permissions = status.permissions() & FileEnd.PERMISSIONS;
        times = FileTimes.of(status);
        severalNames = status.names() > 1;
        folder.hold();
    }

    /** Whether the copy gets another name in the end. */
    boolean isRenamed() {
        return !folder.isFresh();
    }

    String shown() {
        return folder.shown(name);
    }

    /** It is complete and has its name. */
    void succeeded() {
        work.progress.files.increment();
        if (work.options.verify()) {
            work.progress.compared.increment(); // or it would have failed
        }
        if (severalNames) {
            work.progress.severalNames.increment();
        }
        leave();
    }

    /** It is not copied, and nothing is left of it. */
    void failed(String sentence) {
        work.fail(sentence);
        leave();
    }

    /** Nobody wants it any more. */
    void dropped() {
        leave();
    }

    private void leave() {
        folder.release();
        gate.leave();
    }
}
