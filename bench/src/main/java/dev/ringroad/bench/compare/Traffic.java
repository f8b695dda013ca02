package dev.ringroad.bench.compare;

/** Kinds of traffic for which a road may be tuned differently. */
public enum Traffic {
    /** One small message under way at a time. */
    ROUND_TRIPS,
    /** As many bytes as fit. */
    STREAM,
    /** Small requests over several connections. */
    REQUESTS
}
