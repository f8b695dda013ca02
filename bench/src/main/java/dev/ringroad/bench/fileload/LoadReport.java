package dev.ringroad.bench.fileload;

import dev.ringroad.bench.Json;
import dev.ringroad.core.counter.LatencyCounts;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** What a load has done, in words and as JSON: what loads of all kinds have in common. */
public abstract class LoadReport {
    /** Bytes of a mebibyte. */
    protected static final double MIB = 1 << 20;

    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 100};
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Load load;

    /** Of this load. */
    protected LoadReport(Load load) {
        this.load = load;
    }

    /** What is done and on which way, before it begins; whole lines. */
    public abstract String path();

    /** What a read or write has cost beside its time, as a line's words. */
    protected abstract String costs(LoadSample whole);

    /** Adds what was asked for to a JSON object. */
    protected abstract void addPlan(StringJoiner object);

    /** Adds what only this kind of load has measured to a JSON object. */
    protected abstract void addCosts(StringJoiner object, LoadSample whole);

    /**
     * A line for what was done lately.
     *
     * @param seconds since the begin
     */
    public final String live(long seconds, LoadSample lately) {
        if (load.isReadingBack()) {
            return String.format(
                    Locale.ROOT, "%4d s  reading back: %d blocks%n", seconds, lately.readBack());
        }
        StringJoiner line = new StringJoiner(";  ");
        if (load.mode().reads()) {
            line.add("reads " + live(lately, lately.readTimes()));
        }
        if (load.mode().writes()) {
            line.add("writes " + live(lately, lately.writeTimes()));
        }
        return String.format(Locale.ROOT, "%4d s  %s%n", seconds, line);
    }

    private String live(LoadSample lately, LatencyCounts times) {
        return String.format(
                Locale.ROOT,
                "%s, %.1f MiB/s, p50 %.1f us, p99 %.1f us, p99.9 %.1f us",
                rate(lately.perSecond(times.total())),
                bandwidth(lately, times),
                micros(times, 50),
                micros(times, 99),
                micros(times, 99.9));
    }

    /** How much is under way at once, as words of {@link #path}. */
    protected static String inFlight(int depth, int threads) {
        return depth + " in flight" + (threads == 1 ? "" : " on each of " + threads + " threads");
    }

    private static String rate(double perSecond) {
        return perSecond < 1e3
                ? String.format(Locale.ROOT, "%.1f/s", perSecond)
                : String.format(Locale.ROOT, "%.1fk/s", perSecond / 1e3);
    }

    private double bandwidth(LoadSample sample, LatencyCounts times) {
        return sample.perSecond(times.total()) * load.ioBytes() / MIB;
    }

    private static double micros(LatencyCounts times, double percent) {
        return times.percentileNanos(percent) / NANOS_PER_MICRO;
    }

    /** All that was done. */
    public final String summary(LoadSample whole) {
        StringBuilder text = new StringBuilder();
        if (load.mode().reads()) {
            summarize(text, "reads", whole, whole.readTimes());
        }
        if (load.mode().writes()) {
            summarize(text, "writes", whole, whole.writeTimes());
        }
        text.append(costs(whole)).append(System.lineSeparator());
        if (load.isVerified()) {
            text.append(verdict(whole));
        }
        return text.toString();
    }

    private void summarize(StringBuilder text, String what, LoadSample whole, LatencyCounts times) {
        text.append(
                String.format(
                        Locale.ROOT,
                        "%s: %d in %.2f s, %.1f a second, %.1f MiB/s%n  ",
                        what,
                        times.total(),
                        whole.nanos() / NANOS_PER_SECOND,
                        whole.perSecond(times.total()),
                        bandwidth(whole, times)));
        StringJoiner percentiles = new StringJoiner(", ");
        for (double percent : PERCENTILES) {
            percentiles.add(
                    String.format(
                            Locale.ROOT, "%s %.1f us", name(percent), micros(times, percent)));
        }
        text.append(percentiles).append(System.lineSeparator());
    }

    private static String name(double percent) {
        return percent == 100 ? "max" : "p" + Json.number(percent);
    }

    private String verdict(LoadSample whole) {
        if (load.failure() != null) {
            return "";
        }
        List<String> right = new ArrayList<>();
        if (whole.reads() > 0) {
            right.add(whole.reads() + " blocks were verified as they were read");
        }
        if (load.isInterrupted()) {
            return interrupted(right, whole.readBack());
        }
        if (load.mode().writes()) {
            right.add(whole.readBack() + " written blocks were read back");
        }
        return String.join(", ", right) + String.format(": all as they should be%n");
    }

    private String interrupted(List<String> right, long readBack) {
        long missing = load.writtenBlocks() - readBack;
        if (readBack > 0) {
            right.add(readBack + " written blocks were read back");
        }
        return String.format(
                "Interrupted: %s%s%n",
                right.isEmpty()
                        ? "nothing was verified"
                        : String.join(", ", right) + ", as they should be",
                missing == 0 ? "" : "; " + missing + " written blocks were not read back");
    }

    /** So many of something for each read and write. */
    protected static double each(LoadSample whole, long count) {
        return count / (double) Math.max(1, whole.ios());
    }

    /** Bytes of the Java heap for each read and write. */
    protected final double heapBytesEach(LoadSample whole) {
        return each(whole, load.allocatedBytes());
    }

    /** All that was done, as a JSON object. */
    public final String json(LoadSample whole) {
        Throwable failure = load.failure();
        StringJoiner object = new StringJoiner(",\n  ", "{\n  ", "\n}\n");
        object.add("\"rw\": " + Json.quote(load.mode().word()));
        addPlan(object);
        object.add("\"seconds\": " + whole.nanos() / NANOS_PER_SECOND);
        object.add("\"reads\": " + json(whole, whole.readTimes()));
        object.add("\"writes\": " + json(whole, whole.writeTimes()));
        object.add("\"heap_bytes_each\": " + Json.number(heapBytesEach(whole)));
        addCosts(object, whole);
        boolean complete = failure == null && load.writtenBlocks() == whole.readBack();
        object.add("\"verified\": " + (load.isVerified() && complete));
        object.add("\"interrupted\": " + load.isInterrupted());
        object.add("\"read_back\": " + whole.readBack());
        object.add(
                "\"failure\": "
                        + (failure == null
                                ? "null"
                                : Json.quote(String.valueOf(failure.getMessage()))));
        return object.toString();
    }

    /** Words as a JSON array. */
    protected static String quoted(Iterable<?> values) {
        StringJoiner array = new StringJoiner(", ", "[", "]");
        values.forEach(value -> array.add(Json.quote(value.toString())));
        return array.toString();
    }

    private String json(LoadSample whole, LatencyCounts times) {
        StringJoiner object = new StringJoiner(", ", "{", "}");
        object.add("\"count\": " + times.total());
        object.add("\"per_second\": " + Json.number(whole.perSecond(times.total())));
        object.add("\"mib_per_second\": " + Json.number(bandwidth(whole, times)));
        for (double percent : PERCENTILES) {
            object.add(
                    Json.quote(name(percent) + "_us") + ": " + Json.number(micros(times, percent)));
        }
        return object.toString();
    }
}
