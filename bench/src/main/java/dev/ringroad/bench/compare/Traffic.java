package dev.ringroad.bench.compare;

/** Kinds of traffic for which a road may be tuned differently. */
public enum Traffic {
    /** One small message under way at a time. */
    ROUND_TRIPS("round trips"),
    /** As many bytes as fit. */
    STREAM("stream"),
    /** Small requests over several connections. */
    REQUESTS("http");

    private final String words;

    Traffic(String words) {
        this.words = words;
    }

    /** The kind in plain words. */
    public String words() {
        return words;
    }
}
