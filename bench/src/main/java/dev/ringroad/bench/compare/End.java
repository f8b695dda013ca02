package dev.ringroad.bench.compare;

/** The two ends of a comparison run, each a process of its own. */
public enum End {
    /** The program that listens. */
    SERVER,
    /** The program that connects and, mostly, measures. */
    CLIENT
}
