package dev.ringroad.bench.compare;

import java.io.Serial;

/** A run that failed; the message says which and shows the last lines that its program left. */
public final class ComparisonException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    ComparisonException(String message) {
        super(message);
    }

    ComparisonException(String message, Throwable cause) {
        super(message, cause);
    }
}
