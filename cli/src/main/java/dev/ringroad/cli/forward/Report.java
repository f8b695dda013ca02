package dev.ringroad.cli.forward;

import dev.ringroad.bench.Json;
import dev.ringroad.cli.forward.Sample.PortCounts;
import dev.ringroad.cli.forward.Sample.WorkerTimes;
import dev.ringroad.net.forward.Port;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** What happened between two samples, in words and as JSON. */
final class Report {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final String[] PREFIXES = {"", "k", "M", "G", "T"};

    private final List<Port> ports;
    private final List<Integer> cpus;
    private final double seconds;
    private final List<PortCounts> counts = new ArrayList<>();
    private final List<WorkerTimes> times = new ArrayList<>();

    Report(List<Port> ports, List<Integer> cpus, Sample before, Sample after) {
        this.ports = ports;
        this.cpus = cpus;
        seconds = Math.max(1, after.nanos() - before.nanos()) / NANOS_PER_SECOND;
        for (int i = 0; i < ports.size(); i++) {
            counts.add(after.ports().get(i).since(before.ports().get(i)));
        }
        for (int i = 0; i < cpus.size(); i++) {
            times.add(after.workers().get(i).since(before.workers().get(i)));
        }
    }

    /** A line for each port and each worker, and an empty one. */
    String live() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ports.size(); i++) {
            PortCounts count = counts.get(i);
            text.append(
                    String.format(
                            Locale.ROOT,
                            "port %d  %s  in %s  out %s  %s%n",
                            i,
                            link(count),
                            rate(count.receivedPackets(), count.receivedBytes()),
                            rate(count.sentPackets(), count.sentBytes()),
                            drops(count)));
            text.append("        bursts in ").append(histogram(count)).append('\n');
        }
        workers(text);
        return text.append('\n').toString();
    }

    /** The same with names and totals. */
    String summary() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "In %.3f s:%n", seconds));
        for (int i = 0; i < ports.size(); i++) {
            PortCounts count = counts.get(i);
            text.append(
                    String.format(
                            Locale.ROOT,
                            "port %d %s  %s%n  in   %,d frames, %s%n  out  %,d frames, %s%n  %s%n",
                            i,
                            ports.get(i).device().name(),
                            link(count),
                            count.receivedPackets(),
                            rate(count.receivedPackets(), count.receivedBytes()),
                            count.sentPackets(),
                            rate(count.sentPackets(), count.sentBytes()),
                            drops(count)));
            text.append("  bursts in ").append(histogram(count)).append('\n');
        }
        workers(text);
        return text.toString();
    }

    private void workers(StringBuilder text) {
        for (int i = 0; i < cpus.size(); i++) {
            WorkerTimes time = times.get(i);
            double all = Math.max(1, time.busyNanos() + time.idleNanos() + time.asleepNanos());
            text.append(
                    String.format(
                            Locale.ROOT,
                            "worker %d on CPU %d  busy %.0f %%  idle %.0f %%  asleep %.0f %%%n",
                            i,
                            cpus.get(i),
                            100 * time.busyNanos() / all,
                            100 * time.idleNanos() / all,
                            100 * time.asleepNanos() / all));
        }
        if (frames() > 0) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%s frames a second, %s of work each%n",
                            scaled(frames() / seconds),
                            workAFrame()));
        }
    }

    /** What came in counts, and where nothing does, what went out. */
    private long frames() {
        long in = counts.stream().mapToLong(PortCounts::receivedPackets).sum();
        long out = counts.stream().mapToLong(PortCounts::sentPackets).sum();
        return Math.max(in, out);
    }

    private double nanosAFrame() {
        long busy = times.stream().mapToLong(WorkerTimes::busyNanos).sum();
        return (double) busy / Math.max(1, frames());
    }

    /** In cycles of the time stamp counter, or in time where its rate is not known. */
    private String workAFrame() {
        double rate = TimeStampRate.cyclesANano();
        return rate > 0
                ? scaled(nanosAFrame() * rate) + "cycles"
                : String.format(Locale.ROOT, "%,.0f ns", nanosAFrame());
    }

    private String rate(long packets, long bytes) {
        return scaled(packets / seconds) + "pps " + scaled(bytes * Byte.SIZE / seconds) + "bit/s";
    }

    /** Three digits and a prefix, such as {@code 26.5 M}. */
    static String scaled(double value) {
        double rest = value;
        int prefix = 0;
        while (rest >= 999.5 && prefix < PREFIXES.length - 1) {
            rest /= 1000;
            prefix++;
        }
        int digits = rest >= 99.95 || rest == 0 ? 0 : rest >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + digits + "f %s", rest, PREFIXES[prefix]);
    }

    private static String link(PortCounts count) {
        if (count.linkUp()) {
            return "up";
        }
        return count.wasUp() ? "down" : "never up";
    }

    private static String drops(PortCounts count) {
        String words =
                count.drops().entrySet().stream()
                        .filter(drop -> drop.getValue() != 0)
                        .map(drop -> drop.getKey() + " " + drop.getValue())
                        .collect(Collectors.joining(", "));
        return words.isEmpty() ? "no drops" : "drops: " + words;
    }

    private static String histogram(PortCounts count) {
        StringJoiner words = new StringJoiner(", ").setEmptyValue("none");
        for (int i = 0; i < count.bursts().length; i++) {
            if (count.bursts()[i] != 0) {
                words.add(Port.burstWords(i) + ": " + count.bursts()[i]);
            }
        }
        return words.toString();
    }

    /** All of it as one JSON object. */
    String json(String mode) {
        StringJoiner portObjects = new StringJoiner(",\n    ", "[\n    ", "\n  ]");
        for (int i = 0; i < ports.size(); i++) {
            portObjects.add(portJson(ports.get(i), counts.get(i)));
        }
        StringJoiner workerObjects = new StringJoiner(",\n    ", "[\n    ", "\n  ]");
        for (int i = 0; i < cpus.size(); i++) {
            workerObjects.add(
                    object().add(member("cpu", cpus.get(i)))
                            .add(member("busy_ns", times.get(i).busyNanos()))
                            .add(member("idle_ns", times.get(i).idleNanos()))
                            .add(member("asleep_ns", times.get(i).asleepNanos()))
                            .toString());
        }
        StringJoiner all =
                new StringJoiner(",\n  ", "{\n  ", "\n}\n")
                        .add("\"mode\": " + Json.quote(mode))
                        .add(member("seconds", seconds))
                        .add(member("frames_per_second", frames() / seconds))
                        .add(member("ns_per_frame", nanosAFrame()));
        double rate = TimeStampRate.cyclesANano();
        if (rate > 0) {
            all.add(member("cycles_per_frame", nanosAFrame() * rate));
        }
        return all.add("\"ports\": " + portObjects).add("\"workers\": " + workerObjects).toString();
    }

    private static String portJson(Port port, PortCounts count) {
        StringJoiner drops = object();
        for (Map.Entry<String, Long> drop : count.drops().entrySet()) {
            drops.add(member(drop.getKey(), drop.getValue()));
        }
        StringJoiner bursts = object();
        for (int i = 0; i < count.bursts().length; i++) {
            bursts.add(member(Port.burstWords(i), count.bursts()[i]));
        }
        return object().add("\"device\": " + Json.quote(port.device().name()))
                .add("\"link\": " + Json.quote(link(count)))
                .add(member("received_packets", count.receivedPackets()))
                .add(member("received_bytes", count.receivedBytes()))
                .add(member("sent_packets", count.sentPackets()))
                .add(member("sent_bytes", count.sentBytes()))
                .add("\"drops\": " + drops)
                .add("\"bursts_received\": " + bursts)
                .toString();
    }

    private static StringJoiner object() {
        return new StringJoiner(", ", "{", "}");
    }

    private static String member(String key, double value) {
        return Json.quote(key) + ": " + Json.number(value);
    }
}
