package dev.ringroad.bench.compare;

import dev.ringroad.bench.BenchRow;

import java.util.List;
import java.util.Map;

/**
 * What a comparison found.
 *
 * @param rows in the order in which they are shown
 * @param curves of all round trips
 * @param facts about the machine and the settings, by name
 */
public record ComparisonResult(
        List<MeasuredRow> rows, List<Curve> curves, Map<String, String> facts) {
    /** The rows alone, for JSON. */
    public List<BenchRow> benchRows() {
        return rows.stream().map(MeasuredRow::row).toList();
    }
}
