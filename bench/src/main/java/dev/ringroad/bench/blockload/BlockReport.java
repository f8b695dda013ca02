package dev.ringroad.bench.blockload;

import dev.ringroad.bench.Json;
import dev.ringroad.bench.fileload.AccessMode;
import dev.ringroad.bench.fileload.LoadSample;
import dev.ringroad.core.counter.LatencyCounts;

import java.util.Locale;
import java.util.StringJoiner;

/**
 * What a load on a block device has done, in words and as JSON. The time of a read or write is that
 * from its being submitted to the poll that completes it.
 */
public final class BlockReport {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 100};
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MIB = 1 << 20;

    private final BlockLoad load;

    /** Of this load. */
    public BlockReport(BlockLoad load) {
        this.load = load;
    }

    /** What is done, before it begins. */
    public String path() {
        BlockPlan plan = load.plan();
        return String.format(
                Locale.ROOT,
                "%s of %s, %.1f MiB in pieces of %d bytes; %d in flight on each of %d threads%n",
                plan.mode().word(),
                load.device().name(),
                plan.usedBytes(load.device()) / MIB,
                plan.ioBytes(),
                plan.depth(),
                plan.threads());
    }

    /**
     * A line for what was done lately.
     *
     * @param seconds since the begin
     */
    public String live(long seconds, LoadSample lately) {
        StringJoiner line = new StringJoiner(";  ");
        AccessMode mode = load.plan().mode();
        if (mode.reads()) {
            line.add("reads " + live(lately, lately.readTimes()));
        }
        if (mode.writes()) {
            line.add("writes " + live(lately, lately.writeTimes()));
        }
        return String.format(Locale.ROOT, "%4d s  %s%n", seconds, line);
    }

    private String live(LoadSample lately, LatencyCounts times) {
        return String.format(
                Locale.ROOT,
                "%.1fk/s, %.1f MiB/s, p50 %.1f us, p99 %.1f us",
                lately.perSecond(times.total()) / 1e3,
                bandwidth(lately, times),
                micros(times, 50),
                micros(times, 99));
    }

    private double bandwidth(LoadSample sample, LatencyCounts times) {
        return sample.perSecond(times.total()) * load.plan().ioBytes() / MIB;
    }

    private static double micros(LatencyCounts times, double percent) {
        return times.percentileNanos(percent) / NANOS_PER_MICRO;
    }

    /** All that was done. */
    public String summary(LoadSample whole) {
        StringBuilder text = new StringBuilder();
        AccessMode mode = load.plan().mode();
        if (mode.reads()) {
            summarize(text, "reads", whole, whole.readTimes());
        }
        if (mode.writes()) {
            summarize(text, "writes", whole, whole.writeTimes());
        }
        text.append(
                String.format(
                        Locale.ROOT, "%.3f bytes of Java heap for each%n", heapBytesEach(whole)));
        if (load.plan().verified() && load.failure() == null) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "verified: %d were read, %d written blocks were read back, all as they"
                                    + " should be%s%n",
                            whole.reads(),
                            whole.readBack(),
                            load.isInterrupted() ? "; interrupted" : ""));
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

    private double heapBytesEach(LoadSample whole) {
        return whole.ios() == 0 ? 0 : (double) load.allocatedBytes() / whole.ios();
    }

    /** The same for programs. */
    public String json(LoadSample whole) {
        BlockPlan plan = load.plan();
        Throwable failure = load.failure();
        StringJoiner object = new StringJoiner(",\n  ", "{\n  ", "\n}\n");
        object.add("\"rw\": " + Json.quote(plan.mode().word()));
        object.add("\"device\": " + Json.quote(load.device().name()));
        object.add("\"bytes\": " + plan.usedBytes(load.device()));
        object.add("\"block_bytes\": " + plan.ioBytes());
        object.add("\"depth\": " + plan.depth());
        object.add("\"threads\": " + plan.threads());
        object.add("\"seed\": " + plan.seed());
        object.add("\"seconds\": " + whole.nanos() / NANOS_PER_SECOND);
        object.add("\"reads\": " + json(whole, whole.readTimes()));
        object.add("\"writes\": " + json(whole, whole.writeTimes()));
        object.add("\"heap_bytes_each\": " + Json.number(heapBytesEach(whole)));
        object.add("\"verified\": " + plan.verified());
        object.add("\"interrupted\": " + load.isInterrupted());
        object.add("\"read_back\": " + whole.readBack());
        object.add(
                "\"failure\": "
                        + (failure == null
                                ? "null"
                                : Json.quote(String.valueOf(failure.getMessage()))));
        return object.toString();
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
