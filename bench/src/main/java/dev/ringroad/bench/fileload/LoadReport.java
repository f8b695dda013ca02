package dev.ringroad.bench.fileload;

import dev.ringroad.bench.Json;
import dev.ringroad.core.counter.LatencyCounts;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/**
 * What a load has done, in words and as JSON. The time of a read or write is that from its being
 * prepared to the return of the call that brings its completion.
 */
public final class LoadReport {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 100};
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MIB = 1 << 20;

    private final FileLoad load;

    /** Of this load. */
    public LoadReport(FileLoad load) {
        this.load = load;
    }

    /** What is done and on which way, before it begins. */
    public String path() {
        LoadPlan plan = load.plan();
        RingUse ring = plan.ring();
        Workload work = plan.workload();
        String flags = load.flags().stream().map(Enum::name).collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%s of %s, %.1f MiB in blocks of %d bytes; %d in flight on each of %d threads%n"
                        + "io_uring with %s; files and buffers %s; %s%n",
                work.mode().word(),
                work.files().stream().map(Object::toString).collect(Collectors.joining(", ")),
                load.bytes() / MIB,
                work.blockBytes(),
                ring.depth(),
                plan.threads(),
                flags.isEmpty() ? "no flags" : flags,
                ring.fixed() ? "registered" : "not registered",
                !ring.direct()
                        ? "through the page cache"
                        : load.isInMemory()
                                ? "direct, around the page cache except in tmpfs"
                                : "direct, around the page cache");
    }

    /**
     * A line for how far the laying out of a file is.
     *
     * @param seconds since the begin
     */
    public static String layout(long seconds, Path file, long bytes, long bytesWanted) {
        return String.format(
                Locale.ROOT,
                "%4d s  laying out %s: %.1f of %.1f MiB%n",
                seconds,
                file,
                bytes / MIB,
                bytesWanted / MIB);
    }

    /**
     * A line for what was done lately.
     *
     * @param seconds since the begin
     */
    public String live(long seconds, LoadSample lately) {
        if (load.isReadingBack()) {
            return String.format(
                    Locale.ROOT, "%4d s  reading back: %d blocks%n", seconds, lately.readBack());
        }
        StringJoiner line = new StringJoiner(";  ");
        AccessMode mode = load.plan().workload().mode();
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
                "%.1fk/s, %.1f MiB/s, p50 %.1f us, p99 %.1f us, p99.9 %.1f us",
                lately.perSecond(times.total()) / 1e3,
                bandwidth(lately, times),
                micros(times, 50),
                micros(times, 99),
                micros(times, 99.9));
    }

    private double bandwidth(LoadSample sample, LatencyCounts times) {
        return sample.perSecond(times.total()) * load.plan().workload().blockBytes() / MIB;
    }

    private static double micros(LatencyCounts times, double percent) {
        return times.percentileNanos(percent) / NANOS_PER_MICRO;
    }

    /** All that was done. */
    public String summary(LoadSample whole) {
        StringBuilder text = new StringBuilder();
        AccessMode mode = load.plan().workload().mode();
        if (mode.reads()) {
            summarize(text, "reads", whole, whole.readTimes());
        }
        if (mode.writes()) {
            summarize(text, "writes", whole, whole.writeTimes());
        }
        text.append(
                String.format(
                        Locale.ROOT,
                        "%.4f calls of the kernel and %.3f bytes of Java heap for each%n",
                        each(whole, whole.calls()),
                        each(whole, load.allocatedBytes())));
        if (load.plan().workload().verified()) {
            text.append(verdict(whole));
        }
        return text.toString();
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
        if (load.plan().workload().mode().writes()) {
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

    private static double each(LoadSample whole, long count) {
        return count / (double) Math.max(1, whole.ios());
    }

    /** All that was done, as a JSON object. */
    public String json(LoadSample whole) {
        LoadPlan plan = load.plan();
        Workload work = plan.workload();
        RingUse ring = plan.ring();
        Throwable failure = load.failure();
        StringJoiner object = new StringJoiner(",\n  ", "{\n  ", "\n}\n");
        object.add("\"rw\": " + Json.quote(work.mode().word()));
        object.add("\"files\": " + quoted(work.files()));
        object.add("\"bytes\": " + load.bytes());
        object.add("\"block_bytes\": " + work.blockBytes());
        object.add("\"depth\": " + ring.depth());
        object.add("\"batch\": " + ring.batch());
        object.add("\"awaited\": " + ring.awaited());
        object.add("\"threads\": " + plan.threads());
        object.add("\"seed\": " + work.seed());
        object.add("\"flags\": " + quoted(load.flags()));
        object.add("\"fixed\": " + ring.fixed());
        object.add("\"direct\": " + ring.direct());
        object.add("\"left_out\": " + quoted(load.notes()));
        object.add("\"seconds\": " + whole.nanos() / NANOS_PER_SECOND);
        object.add("\"reads\": " + json(whole, whole.readTimes()));
        object.add("\"writes\": " + json(whole, whole.writeTimes()));
        object.add("\"calls_each\": " + Json.number(each(whole, whole.calls())));
        object.add("\"heap_bytes_each\": " + Json.number(each(whole, load.allocatedBytes())));
        object.add("\"verified\": " + work.verified());
        object.add("\"interrupted\": " + load.isInterrupted());
        object.add("\"read_back\": " + whole.readBack());
        object.add(
                "\"failure\": "
                        + (failure == null
                                ? "null"
                                : Json.quote(String.valueOf(failure.getMessage()))));
        return object.toString();
    }

    private static String quoted(Iterable<?> values) {
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
