package dev.ringroad.bench.fileload;

import java.io.IOException;
import java.io.Serial;

/** A load that cannot begin as it was asked for; no file was changed. */
public final class PlanRefused extends IOException {
    @Serial private static final long serialVersionUID = 1;

    /**
     * @param sentence with the remedy
     */
    PlanRefused(String sentence) {
        super(sentence);
    }
}
