package dev.ringroad.bench.compare;

import dev.ringroad.bench.machine.FloorWatch;
import dev.ringroad.workloads.ResultLine;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs the settings of a workload one after the other, and again when the floor under them was not
 * the same for all: then they did not see the same machine.
 */
final class Turns {
    /** Runs one setting, and returns the result lines of both its programs. */
    interface Run {
        List<ResultLine> of(Setting setting) throws ComparisonException, InterruptedException;
    }

    private final Run run;
    private final @Nullable FloorWatch floor;
    private final int repeats;
    private final Progress progress;
    private final int runs;
    private int runsDone;
    private final Map<Setting, Samples> samples = new LinkedHashMap<>();
    private final List<String> floors = new ArrayList<>();

    /**
     * @param floor under all runs; null if it can't be told
     * @param repeats how often a workload is run again at most
     * @param runs how many will count in the end, for the progress
     */
    Turns(Run run, @Nullable FloorWatch floor, int repeats, int runs, Progress progress) {
        this.run = run;
        this.floor = floor;
        this.repeats = repeats;
        this.runs = runs;
        this.progress = progress;
    }

    /** What the runs that count have yielded. */
    Map<Setting, Samples> samples() {
        return samples;
    }

    /** The floors under the runs that count, in words. */
    List<String> floors() {
        return floors;
    }

    /** Runs all settings of a workload once, in a round that counts. */
    void run(List<Setting> settings) throws ComparisonException, InterruptedException {
        Map<Setting, Samples> round = once(settings);
        for (int again = 0; again < repeats && floor != null && !floor.steady(); again++) {
            progress.repeats("the processors were moved: " + floor.words());
            round = once(settings);
        }
        runsDone += settings.size();
        round.forEach((s, one) -> samples.computeIfAbsent(s, key -> new Samples()).add(one));
        if (floor != null) {
            floors.add(floor.words());
        }
    }

    private Map<Setting, Samples> once(List<Setting> settings)
            throws ComparisonException, InterruptedException {
        Map<Setting, Samples> round = new LinkedHashMap<>();
        if (floor != null) {
            floor.begin();
        }
        for (Setting setting : settings) {
            progress.begins(runsDone + round.size() + 1, runs, setting.words());
            Samples one = new Samples();
            one.take(run.of(setting));
            progress.ended(figure(setting.workload(), one));
            round.put(setting, one);
            if (floor != null) {
                floor.look();
            }
        }
        return round;
    }

    private static String figure(Workload workload, Samples samples) {
        return switch (workload.traffic()) {
            case ROUND_TRIPS ->
                    String.format(
                            Locale.ROOT,
                            "64 B p50 %.2f us",
                            samples.values(Samples.latency(Workload.SIZES.getFirst(), 50))
                                    .getLast());
            case STREAM ->
                    String.format(
                            Locale.ROOT, "%.1f Gbit/s", samples.values(Samples.GBITS).getLast());
            case REQUESTS ->
                    String.format(
                            Locale.ROOT,
                            "%.0f requests/s",
                            samples.values(Samples.REQUESTS).getLast());
        };
    }
}
