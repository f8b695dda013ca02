package dev.ringroad.nvme.block.text;

import java.util.Locale;

/** Numbers with a unit. */
public final class Amounts {
    private Amounts() {}

    /**
     * Bytes, such as {@code 512}, {@code 4k}, {@code 1m} or {@code 2g}, the suffixes by 1024.
     *
     * @param what is measured, as the beginning of a sentence
     * @throws BlockTextException when it is no such number, or zero
     */
    public static long bytes(String what, String text) {
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
            throw new BlockTextException(
                    what
                            + " is a number of bytes such as 512, 4k, 1m, 2g or 1t, not \""
                            + text
                            + "\"");
        }
        return number << shift;
    }

    /** A number from 0 on. */
    public static long count(String what, String text) {
        long number = number(text, Long.MAX_VALUE);
        if (number < 0) {
            throw new BlockTextException(what + " is a number from 0 on, not \"" + text + "\"");
        }
        return number;
    }

    /** Nanoseconds, such as {@code 100us}, {@code 2ms} or {@code 1s}. */
    public static long nanos(String what, String text) {
        String word = text.toLowerCase(Locale.ROOT);
        long unit = 0;
        int letters = 2;
        if (word.endsWith("ns")) {
            unit = 1;
        } else if (word.endsWith("us")) {
            unit = 1000;
        } else if (word.endsWith("ms")) {
            unit = 1_000_000;
        } else if (word.endsWith("s")) {
            unit = 1_000_000_000;
            letters = 1;
        }
        long number =
                unit == 0
                        ? -1
                        : number(
                                word.substring(0, word.length() - letters),
                                (Long.MAX_VALUE >> 2) / unit);
        if (number < 0) {
            throw new BlockTextException(
                    what + " is a time such as 100us, 2ms or 1s, not \"" + text + "\"");
        }
        return number * unit;
    }

    /** Negative when it is no number from 0 to {@code most}. */
    private static long number(String digits, long most) {
        if (digits.isEmpty() || !Character.isDigit(digits.charAt(0))) {
            return -1;
        }
        try {
            long number = Long.parseLong(digits);
            return number <= most ? number : -1;
        } catch (NumberFormatException _) {
            return -1;
        }
    }
}
