package dev.ringroad.cli.volume;

import dev.ringroad.cli.common.Refusal;

import java.util.Locale;

/** Bytes, as options have them and as people read them. */
final class Sizes {
    private static final String UNITS = "kmgtp";
    private static final double UNIT = 1024;

    private Sizes() {}

    /** Such as {@code 512}, {@code 64k}, {@code 10g} or {@code 1t}, the suffixes by 1024. */
    static long bytes(String what, String text) {
        String word = text.toLowerCase(Locale.ROOT);
        int unit = word.isEmpty() ? -1 : UNITS.indexOf(word.charAt(word.length() - 1));
        String digits = unit < 0 ? word : word.substring(0, word.length() - 1);
        int shift = 10 * (unit + 1);
        long number = number(digits);
        if (number < 1 || number > Long.MAX_VALUE >> shift) {
            throw Refusal.wrongUse(
                    what
                            + " is a number of bytes such as 64k, 512m, 10g or 1t, not \""
                            + text
                            + "\".");
        }
        return number << shift;
    }

    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /** Such as {@code 1.5 GiB}. */
    static String words(long bytes) {
        double value = bytes;
        String unit = "B";
        for (int i = 0; i < UNITS.length() && value >= UNIT; i++) {
            value /= UNIT;
            unit = Character.toUpperCase(UNITS.charAt(i)) + "iB";
        }
        String format = value == Math.rint(value) ? "%.0f %s" : "%.1f %s";
        return String.format(Locale.ROOT, format, value, unit);
    }
}
