package dev.ringroad.bench;

import java.util.Locale;

/** Which direction of a figure is the better one. */
public enum Better {
    /** Less is better: times, bytes. */
    LOWER,
    /** More is better: rates. */
    HIGHER;

    /** The word in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
