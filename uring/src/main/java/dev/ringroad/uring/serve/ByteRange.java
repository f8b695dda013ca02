package dev.ringroad.uring.serve;

import org.jspecify.annotations.Nullable;

/**
 * The part of a file that a request asks for (RFC 9110, section 14.1.2), before the file's size is
 * known.
 *
 * @param first byte, or -1 when the last bytes are asked for
 * @param last byte, or {@link Long#MAX_VALUE} for the end of the file; how many when {@code first}
 *     is -1
 */
record ByteRange(long first, long last) {
    private static final String UNIT = "bytes=";

    /** More digits than a file's size can have. */
    private static final int DIGITS_MAX = 18;

    /** What a header says, or null for what is not one range of bytes, and then is ignored. */
    static @Nullable ByteRange parse(String value) {
        if (!value.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
            return null;
        }
        String range = value.substring(UNIT.length()).strip();
        int dash = range.indexOf('-');
        if (dash < 0) {
            return null;
        }
        long first = number(range.substring(0, dash));
        long last = number(range.substring(dash + 1));
        boolean hasFirst = dash > 0;
        boolean hasLast = dash + 1 < range.length();
        if ((hasFirst && first < 0) || (hasLast && last < 0) || (!hasFirst && !hasLast)) {
            return null;
        }
        if (!hasFirst) {
            return new ByteRange(-1, last);
        }
        return hasLast && last < first
                ? null
                : new ByteRange(first, hasLast ? last : Long.MAX_VALUE);
    }

    private static long number(String digits) {
        if (digits.isEmpty() || digits.length() > DIGITS_MAX) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            char digit = digits.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            value = 10 * value + (digit - '0');
        }
        return value;
    }

    /** Where it begins in a file of this size; at or behind its end if it lies outside. */
    long start(long fileBytes) {
        return first >= 0 ? first : last == 0 ? fileBytes : Math.max(0, fileBytes - last);
    }

    /** How many bytes it has of a file of this size, in which it begins. */
    long bytes(long fileBytes) {
        long end = first < 0 ? fileBytes : Math.min(fileBytes - 1, last) + 1;
        return end - start(fileBytes);
    }
}
