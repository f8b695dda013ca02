package dev.ringroad.uring.file;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.uring.UringLoop;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The end of a file. Its number may go to another file the moment that it is closed, so the loop
 * has to have submitted all that names it before: it closes the file itself, by an entry behind the
 * others, and prepares none after that.
 */
final class FileClosing {
    private final FileHandle file;
    private final DirectAccess direct;
    private final AtomicBoolean begun = new AtomicBoolean();

    FileClosing(FileHandle file, DirectAccess direct) {
        this.file = file;
        this.direct = direct;
    }

    /** Whether this is the first call. Nothing has happened when it throws. */
    boolean begin() {
        UringLoop loop = file.loop();
        if (loop.isOwner() && !begun.get() && (!loop.makeRoom(2) || loop.room() < 2)) {
            throw new IllegalStateException(
                    "The loop has no room to close " + file.path() + "; poll it first");
        }
        return begun.compareAndSet(false, true);
    }

    void run() throws IOException {
        file.closing();
        if (file.loop().isOwner()) {
            closeOnLoop(file.loop());
            return;
        }
        FileRequest cancel = FileRequest.withoutMemory();
        cancel.start(file, FileKind.CANCEL_ALL, 0, 0, 0);
        int ignored = cancel.awaitRegardless();
        if (file.taken().direct()) {
            direct.alone(this::close); // a write that has to cut the file yet comes first
        } else {
            close();
        }
    }

    private void close() throws IOException {
        FileRequest request = FileRequest.withoutMemory();
        request.start(file, FileKind.CLOSE, 0, 0, 0);
        int result = request.awaitRegardless();
        if (result == -Errno.ECANCELED) { // by the loop, which is closing: the file is open still
            file.awaitNothingInFlight();
            file.descriptor().close();
        } else if (result != -Errno.EINTR) { // which Linux answers after it has closed
            int ignored = file.check(result, "close");
        }
    }

    private void closeOnLoop(UringLoop loop) {
        int number = file.descriptor().number();
        long cancelToken = loop.begin((token, result, flags) -> {}, 0, null);
        loop.ring().control().prepareCancelDescriptor(number, 1).token(cancelToken);
        long closeToken = loop.begin((token, result, flags) -> {}, 0, null);
        loop.ring().files().prepareClose(number).token(closeToken);
        file.numberGivenBack();
    }
}
