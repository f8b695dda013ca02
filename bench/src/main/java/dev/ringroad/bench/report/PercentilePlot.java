package dev.ringroad.bench.report;

import dev.ringroad.bench.compare.Curve;
import dev.ringroad.bench.compare.Percentiles;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

import java.util.List;
import java.util.Locale;

/**
 * Latency by percentile as an SVG image. Both axes are logarithmic: along the bottom every step
 * leaves a tenth of the round trips above it (90 %, 99 %, 99.9 % …), as HdrHistogram's plots have
 * it, and upwards every step is ten times slower.
 *
 * <p>Colours come from the page's style: a curve has the class {@code ours} or {@code peer} and
 * {@code blocking} or {@code spinning}.
 */
final class PercentilePlot {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 380;
    private static final int LEFT = 78;
    private static final int RIGHT = 16;
    private static final int TOP = 16;
    private static final int BOTTOM = 48;
    private static final int TICKS_PER_HALVING = 8;
    private static final double NANOS_PER_MICRO = 1_000;
    private static final double[] STEPS = {1, 2, 5};
    private static final double WIDE_DECADES = 2.5;

    private final String id;
    private final String title;
    private final List<Curve> curves;
    private final int nines;
    private final double lowestLog;
    private final double highestLog;
    private final StringBuilder out = new StringBuilder();

    /**
     * A plot of curves of the same messages.
     *
     * @param id unique in the page
     */
    PercentilePlot(String id, String title, List<Curve> curves) {
        this.id = id;
        this.title = title;
        this.curves = curves;
        nines = curves.stream().mapToInt(curve -> nines(curve.nanos())).max().orElse(1);
        double lowest = Double.MAX_VALUE;
        double highest = 1;
        for (Curve curve : curves) {
            lowest = Math.min(lowest, Math.max(1, curve.nanos().getValueAtPercentile(1)));
            highest = Math.max(highest, curve.nanos().getMaxValue());
        }
        lowestLog = Math.log10(Math.min(lowest, highest) / NANOS_PER_MICRO) - 0.1;
        highestLog = Math.log10(highest / NANOS_PER_MICRO) + 0.1;
    }

    /** How many nines a histogram has the samples for. */
    private static int nines(Histogram histogram) {
        return Math.clamp(
                (int) Math.ceil(Math.log10(Math.max(10, histogram.getTotalCount()))), 1, 7);
    }

    /** The svg element. */
    String svg() {
        line(
                "<svg viewBox='0 0 %d %d' role='img' aria-labelledby='%s-t %s-d'>",
                WIDTH, HEIGHT, id, id);
        line("<title id='%s-t'>%s</title>", id, Html.escape(title));
        line("<desc id='%s-d'>%s</desc>", id, Html.escape(description()));
        percentileAxis();
        latencyAxis();
        curves.forEach(this::curve);
        line("</svg>");
        return out.toString();
    }

    private String description() {
        StringBuilder text = new StringBuilder("Round-trip time by percentile.");
        for (Curve curve : curves) {
            text.append(' ').append(curve.name()).append(':');
            for (double percentile : List.of(50.0, 99.0, 99.9)) {
                text.append(" p")
                        .append(Percentiles.name(percentile))
                        .append(' ')
                        .append(micros(curve.nanos(), percentile));
            }
            text.append('.');
        }
        return text.toString();
    }

    /** A percentile of a histogram with its unit. */
    static String micros(Histogram nanos, double percentile) {
        return Figures.withUnit(nanos.getValueAtPercentile(percentile) / NANOS_PER_MICRO, "us");
    }

    private void percentileAxis() {
        for (int nine = 0; nine <= nines; nine++) {
            double x = x(nine);
            line(
                    "<line class='grid' x1='%.1f' y1='%d' x2='%.1f' y2='%d'/>",
                    x, TOP, x, HEIGHT - BOTTOM);
            String anchor = nine == nines ? "end" : nine == 0 ? "start" : "middle";
            line(
                    "<text x='%.1f' y='%d' text-anchor='%s'>%s</text>",
                    x, HEIGHT - BOTTOM + 18, anchor, nineName(nine));
        }
        int middle = (LEFT + WIDTH - RIGHT) / 2;
        line(
                "<text class='axis' x='%d' y='%d' text-anchor='middle'>percentile</text>",
                middle, HEIGHT - 8);
    }

    private static String nineName(int nine) {
        return switch (nine) {
            case 0 -> "0 %";
            case 1 -> "90 %";
            case 2 -> "99 %";
            default -> "99." + "9".repeat(nine - 2) + " %";
        };
    }

    private void latencyAxis() {
        boolean wide = highestLog - lowestLog > WIDE_DECADES;
        for (int decade = (int) Math.floor(lowestLog); decade <= highestLog; decade++) {
            for (double step : STEPS) {
                double log = decade + Math.log10(step);
                if (log < lowestLog || log > highestLog || (wide && step != 1)) {
                    continue;
                }
                double y = y(log);
                line(
                        "<line class='grid' x1='%d' y1='%.1f' x2='%d' y2='%.1f'/>",
                        LEFT, y, WIDTH - RIGHT, y);
                line(
                        "<text x='%d' y='%.1f' text-anchor='end'>%s</text>",
                        LEFT - 8, y + 4, latency(log));
            }
        }
        int middle = (TOP + HEIGHT - BOTTOM) / 2;
        line(
                "<text class='axis' x='14' y='%d' text-anchor='middle' transform='rotate(-90 14 %d)'>round trip</text>",
                middle, middle);
    }

    private static String latency(double log) {
        double micros = Math.pow(10, log);
        if (micros >= 999) {
            return Math.round(micros / 1000) + " ms";
        }
        return (micros >= 0.99
                        ? Long.toString(Math.round(micros))
                        : String.format(Locale.ROOT, "%.1f", micros))
                + " us";
    }

    private void curve(Curve curve) {
        StringBuilder points = new StringBuilder();
        double cut = 1.0 / Math.max(1, curve.nanos().getTotalCount());
        for (HistogramIterationValue value : curve.nanos().percentiles(TICKS_PER_HALVING)) {
            double above = Math.max(1 - value.getPercentileLevelIteratedTo() / 100, cut);
            double nine = Math.min(-Math.log10(above), nines);
            double log = Math.log10(Math.max(1, value.getValueIteratedTo()) / NANOS_PER_MICRO);
            points.append(
                    String.format(Locale.ROOT, "%.1f,%.1f ", x(nine), y(Math.max(log, lowestLog))));
        }
        line("<polyline class='%s' points='%s'/>", style(curve), points.toString().stripTrailing());
    }

    /** The classes of a curve. */
    static String style(Curve curve) {
        return (curve.ours() ? "curve ours " : "curve peer ")
                + (curve.spinning() ? "spinning" : "blocking");
    }

    private double x(double nine) {
        return LEFT + nine / nines * (WIDTH - LEFT - RIGHT);
    }

    private double y(double log) {
        double part = (log - lowestLog) / (highestLog - lowestLog);
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM);
    }

    private void line(String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
