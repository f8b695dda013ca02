package dev.ringroad.cli.doctor;

import java.util.Locale;

/** How much of something a machine offers. */
enum Verdict {
    /** Works. */
    READY,
    /** Works with less speed or with fewer abilities. */
    LIMITED,
    /** Does not work. */
    MISSING;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
