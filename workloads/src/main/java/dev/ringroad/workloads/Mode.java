package dev.ringroad.workloads;

import java.util.Locale;

/** How a program waits for its peer. */
public enum Mode {
    /**
     * Blocking channels: the thread sleeps, or whatever the transport does, until data is there.
     */
    BLOCKING,
    /** Non-blocking channels asked over and over: the tuned way over the kernel. */
    SPINNING,
    /** {@link java.net.Socket} and its streams. */
    SOCKET;

    /** The mode's word on a command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The mode of a word on a command line. */
    static Mode of(String word) {
        for (Mode mode : values()) {
            if (mode.word().equals(word)) {
                return mode;
            }
        }
        throw new IllegalArgumentException(
                "mode=" + word + " is unknown: use blocking, spinning or socket.");
    }
}
