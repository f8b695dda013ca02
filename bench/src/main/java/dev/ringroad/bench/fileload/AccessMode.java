package dev.ringroad.bench.fileload;

import java.util.Locale;

/** In which order a file is visited, and what is done there. */
public enum AccessMode {
    /** Reads anywhere. */
    RANDREAD(true, true, false),
    /** Writes anywhere. */
    RANDWRITE(true, false, true),
    /** Reads one block after the other. */
    READ(false, true, false),
    /** Writes one block after the other. */
    WRITE(false, false, true),
    /** Reads and writes anywhere. */
    MIXED(true, true, true);

    private final boolean random;
    private final boolean reads;
    private final boolean writes;

    AccessMode(boolean random, boolean reads, boolean writes) {
        this.random = random;
        this.reads = reads;
        this.writes = writes;
    }

    /** The word that names it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether blocks are visited in no order. */
    public boolean isRandom() {
        return random;
    }

    /** Whether anything is read. */
    public boolean reads() {
        return reads;
    }

    /** Whether anything is written. */
    public boolean writes() {
        return writes;
    }
}
