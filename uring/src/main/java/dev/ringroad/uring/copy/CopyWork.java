package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.Errno;

import java.util.function.Consumer;

/** What all parts of one copy share. */
final class CopyWork {
    final CopyOptions options;
    final CopyProgress progress;
    private final Consumer<String> sentences;
    private volatile boolean cancelled;
    private volatile boolean failed;

    CopyWork(CopyOptions options, CopyProgress progress, Consumer<String> sentences) {
        this.options = options;
        this.progress = progress;
        this.sentences = sentences;
    }

    /** Something is not copied; the sentence says what and why. */
    void fail(String sentence) {
        progress.failures.increment();
        failed = true;
        note(sentence);
    }

    /** A call on something has failed. */
    void fail(String what, String shown, int negatedErrno) {
        fail(what + " " + shown + " failed: " + reason(negatedErrno) + ".");
    }

    static String reason(int negatedErrno) {
        return Errno.nameOf(-negatedErrno) + ", " + Errno.describe(-negatedErrno);
    }

    /** Something to know that is no failure. */
    void note(String sentence) {
        synchronized (this) { // both threads have sentences
            sentences.accept(sentence);
        }
    }

    void cancel() {
        cancelled = true;
    }

    /** Whether all that was to be copied is. */
    boolean isWhole() {
        return !failed && !cancelled;
    }

    boolean isCancelled() {
        return cancelled;
    }
}
