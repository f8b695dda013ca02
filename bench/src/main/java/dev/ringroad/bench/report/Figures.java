package dev.ringroad.bench.report;

import java.util.Locale;

/** How figures are written for people: three significant digits or so, never an exponent. */
final class Figures {
    private static final double THOUSAND = 1_000;

    private Figures() {}

    /** A figure with its unit. */
    static String withUnit(double value, String unit) {
        return plain(value) + " " + unit;
    }

    /** A figure: more decimals the smaller it is, thousands grouped by spaces. */
    static String plain(double value) {
        if (value >= THOUSAND) {
            return String.format(Locale.ROOT, "%,.0f", value).replace(',', ' ');
        }
        int decimals = value >= 100 || value == 0 ? 0 : value >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** A ratio. */
    static String ratio(double value) {
        return (value >= THOUSAND ? plain(value) : String.format(Locale.ROOT, "%.2f", value)) + "x";
    }
}
