package dev.ringroad.uring;

/** Takes completions one by one, on the thread that calls {@link Uring#poll}. */
@FunctionalInterface
public interface CompletionHandler {

    /**
     * @param token what was given to {@link Submission#token}
     * @param result zero or more as the operation defines it, or the negated errno
     * @param flags a union of the constants of {@link Completion}
     */
    void onCompletion(long token, int result, int flags);
}
