package dev.ringroad.bench.machine;

import java.io.IOException;
import java.io.Serial;

/** This user may not do what a measurement needs; nothing was done. */
public final class MissingRights extends IOException {
    @Serial private static final long serialVersionUID = 1;

    /**
     * @param sentence with the remedy
     */
    public MissingRights(String sentence) {
        super(sentence);
    }
}
