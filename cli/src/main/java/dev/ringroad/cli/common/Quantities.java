package dev.ringroad.cli.common;

import java.util.Locale;

/** Numbers with a unit, as options have them. */
public final class Quantities {
    private Quantities() {}

    /** Bytes, such as {@code 512}, {@code 4k}, {@code 1m} or {@code 2g}, the suffixes by 1024. */
    public static long bytes(String option, String text) {
        String word = text.toLowerCase(Locale.ROOT);
        int shift =
                switch (word.isEmpty() ? ' ' : word.charAt(word.length() - 1)) {
                    case 'k' -> 10;
                    case 'm' -> 20;
                    case 'g' -> 30;
                    case 't' -> 40;
                    default -> 0;
                };
        String digits = shift == 0 ? word : word.substring(0, word.length() - 1);
        long number = number(digits, Long.MAX_VALUE >> shift);
        if (number < 1) {
            throw Refusal.wrongUse(
                    option
                            + " is a number of bytes such as 512, 4k, 1m or 2g, not \""
                            + text
                            + "\".");
        }
        return number << shift;
    }

    /** Seconds, such as {@code 10}, {@code 10s}, {@code 5m} or {@code 1h}. */
    public static long seconds(String option, String text) {
        int unit =
                switch (text.isEmpty() ? ' ' : text.charAt(text.length() - 1)) {
                    case 'm' -> 60;
                    case 'h' -> 3600;
                    default -> 1;
                };
        boolean suffixed = unit > 1 || text.endsWith("s");
        String digits = suffixed ? text.substring(0, text.length() - 1) : text;
        long number = number(digits, Integer.MAX_VALUE / unit);
        if (number < 1) {
            throw Refusal.wrongUse(
                    option + " is a time such as 10, 10s, 5m or 1h, not \"" + text + "\".");
        }
        return number * unit;
    }

    /** Zero when it is no number from 1 to {@code most}. */
    private static long number(String digits, long most) {
        try {
            long number = Long.parseLong(digits);
            return number >= 1 && number <= most ? number : 0;
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}
