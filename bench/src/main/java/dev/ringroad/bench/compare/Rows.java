package dev.ringroad.bench.compare;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Makes rows and curves of what the settings yielded; a peer with several placements is quoted at
 * its best.
 */
final class Rows {
    private static final String ROUND_TRIP_UNIT = "us";

    private final Map<Workload, Samples> ours = new EnumMap<>(Workload.class);
    private final Map<Workload, Samples> peer = new EnumMap<>(Workload.class);
    private final Map<Workload, Setting> peerSettings = new EnumMap<>(Workload.class);
    private final String oursName;
    private final List<MeasuredRow> rows = new ArrayList<>();

    Rows(Road oursRoad, Road peerRoad, Map<Setting, Samples> samples) {
        oursName = oursRoad.name();
        for (Workload workload : Workload.values()) {
            Comparator<Setting> best =
                    Comparator.comparingDouble(setting -> badness(samples, setting));
            List<Setting> candidates =
                    samples.keySet().stream().filter(s -> s.workload() == workload).toList();
            candidates.stream()
                    .filter(s -> s.road().equals(oursRoad))
                    .min(best)
                    .ifPresent(s -> take(ours, samples, s));
            candidates.stream()
                    .filter(s -> s.road().equals(peerRoad))
                    .min(best)
                    .ifPresent(
                            s -> {
                                take(peer, samples, s);
                                peerSettings.put(workload, s);
                            });
        }
    }

    private static void take(
            Map<Workload, Samples> side, Map<Setting, Samples> samples, Setting setting) {
        @Nullable Samples found = samples.get(setting);
        if (found != null) {
            side.put(setting.workload(), found);
        }
    }

    private static String peerName(Setting setting) {
        String mode =
                setting.workload().traffic() == Traffic.ROUND_TRIPS
                        ? ", " + setting.workload().mode().word()
                        : "";
        return setting.road().name() + mode;
    }

    /** Lower is the better placement, by the workload's main figure. */
    private static double badness(Map<Setting, Samples> samples, Setting setting) {
        @Nullable Samples found = samples.get(setting);
        return found == null ? Double.MAX_VALUE : main(setting.workload(), found);
    }

    private static double main(Workload workload, Samples samples) {
        return switch (workload.traffic()) {
            case ROUND_TRIPS -> samples.median(Samples.latency(Workload.SIZES.getFirst(), 50));
            case STREAM -> -samples.median(Samples.GBITS);
            case REQUESTS -> -samples.median(Samples.REQUESTS);
        };
    }

    /** All rows, in the order in which they are shown. */
    List<MeasuredRow> rows() {
        rows.clear();
        roundTrips("tcp", Workload.TCP_BLOCKING, Workload.TCP_SPINNING);
        roundTrips("udp", Workload.UDP_BLOCKING, Workload.UDP_SPINNING);
        add("tcp stream 64 KiB writes", Samples.GBITS, Better.HIGHER, Workload.STREAM);
        add("http requests per second", Samples.REQUESTS, Better.HIGHER, Workload.HTTP);
        allocation();
        return List.copyOf(rows);
    }

    private void roundTrips(String protocol, Workload blocking, Workload spinning) {
        for (int bytes : Workload.SIZES) {
            String size = bytes % 1024 == 0 ? bytes / 1024 + " KiB" : bytes + " B";
            for (double percentile : Samples.PERCENTILES) {
                String name =
                        protocol
                                + " "
                                + size
                                + " round trip p"
                                + Percentiles.name(percentile)
                                + ", ";
                String figure = Samples.latency(bytes, percentile);
                add(name + "kernel blocking", figure, blocking, blocking, protocol + " " + size);
                add(name + "kernel spinning", figure, blocking, spinning, protocol + " " + size);
                add(name + "both spinning", figure, spinning, spinning, protocol + " " + size);
            }
        }
    }

    private void add(String name, String figure, Workload oursRan, Workload peerRan, String group) {
        addRow(name, ROUND_TRIP_UNIT, figure, Better.LOWER, oursRan, peerRan, group);
    }

    private void add(String name, String figure, Better better, Workload workload) {
        addRow(name, figure, figure, better, workload, workload, "rates");
    }

    private void allocation() {
        addRow(
                "tcp 64 B round trips, bytes allocated per million",
                "B",
                Samples.allocation(Workload.SIZES.getFirst()),
                Better.LOWER,
                Workload.TCP_BLOCKING,
                Workload.TCP_BLOCKING,
                "allocation");
    }

    private void addRow(
            String name,
            String unit,
            String figure,
            Better better,
            Workload oursRan,
            Workload peerRan,
            String group) {
        @Nullable Samples us = ours.get(oursRan);
        @Nullable Samples them = peer.get(peerRan);
        @Nullable Setting peerSetting = peerSettings.get(peerRan);
        if (us == null
                || them == null
                || peerSetting == null
                || !us.has(figure)
                || !them.has(figure)) {
            return;
        }
        String peerName = peerName(peerSetting);
        BenchRow row =
                BenchRow.of(name, unit, us.median(figure), them.median(figure), peerName, better);
        double lowest = row.ratio();
        double highest = row.ratio();
        int rounds = Math.min(us.values(figure).size(), them.values(figure).size());
        for (int round = 0; round < rounds; round++) {
            double oneOurs = us.values(figure).get(round);
            double onePeer = them.values(figure).get(round);
            double ratio = BenchRow.of(name, unit, oneOurs, onePeer, peerName, better).ratio();
            lowest = Math.min(lowest, ratio);
            highest = Math.max(highest, ratio);
        }
        rows.add(new MeasuredRow(row, lowest, highest, peerSetting.placement(), group));
    }

    /** All round-trip curves, ours before the peer's. */
    List<Curve> curves() {
        List<Curve> curves = new ArrayList<>();
        for (Workload workload : Workload.values()) {
            curvesOf(workload, ours.get(workload), oursName, true, curves);
            @Nullable Setting setting = peerSettings.get(workload);
            if (setting != null) {
                String name = peerName(setting) + ", " + setting.placement().words();
                curvesOf(workload, peer.get(workload), name, false, curves);
            }
        }
        return curves;
    }

    private static void curvesOf(
            Workload workload,
            @Nullable Samples samples,
            String name,
            boolean oursRoad,
            List<Curve> curves) {
        if (samples == null) {
            return;
        }
        boolean spinning = workload == Workload.TCP_SPINNING || workload == Workload.UDP_SPINNING;
        String full = oursRoad ? name + ", " + workload.mode().word() : name;
        samples.histograms()
                .forEach(
                        (bytes, histogram) ->
                                curves.add(
                                        new Curve(
                                                workload.protocol(),
                                                bytes,
                                                full,
                                                oursRoad,
                                                spinning,
                                                histogram)));
    }
}
