package dev.ringroad.cli.common;

import java.io.Serial;

/**
 * Why the command does not do what it was asked: one sentence with the remedy, and the exit code.
 */
public final class Refusal extends RuntimeException {
    /** The command was used wrongly, or the machine does not allow it; nothing was done. */
    public static final int WRONG_USE = 2;

    /** The command began and failed. */
    public static final int FAILED = 1;

    @Serial private static final long serialVersionUID = 1;

    private final int exitCode;

    private Refusal(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Nothing was done; the sentence says what to mend. */
    public static Refusal wrongUse(String sentence) {
        return new Refusal(sentence, WRONG_USE);
    }

    /** It began and failed. */
    public static Refusal failed(String sentence) {
        return new Refusal(sentence, FAILED);
    }

    /** What the process ends with. */
    public int exitCode() {
        return exitCode;
    }
}
