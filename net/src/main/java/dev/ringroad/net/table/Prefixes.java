package dev.ringroad.net.table;

/** Masks of prefixes of 128 bits in two longs. */
final class Prefixes {
    private Prefixes() {}

    /** The part of the mask over the first 64 bits. */
    static long highMask(int length) {
        return length == 0 ? 0 : length >= Long.SIZE ? -1L : -1L << (Long.SIZE - length);
    }

    /** The part of the mask over the last 64 bits. */
    static long lowMask(int length) {
        return highMask(Math.max(0, length - Long.SIZE));
    }
}
