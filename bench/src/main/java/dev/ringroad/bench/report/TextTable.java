package dev.ringroad.bench.report;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.compare.ComparisonResult;
import dev.ringroad.bench.compare.MeasuredRow;

import java.util.ArrayList;
import java.util.List;

/** A comparison as one table of plain text. */
public final class TextTable {
    private static final String GAP = "  ";

    private TextTable() {}

    /** The table, ending in a line break. */
    public static String of(ComparisonResult result) {
        boolean spread =
                result.rows().stream().anyMatch(row -> row.lowestRatio() < row.highestRatio());
        List<List<String>> lines = new ArrayList<>();
        lines.add(heading(spread));
        String group = result.rows().isEmpty() ? "" : result.rows().getFirst().group();
        for (MeasuredRow row : result.rows()) {
            if (!row.group().equals(group)) {
                lines.add(List.of());
                group = row.group();
            }
            lines.add(cells(row, spread));
        }
        return aligned(lines);
    }

    /** A table of rows that were measured once, ending in a line break. */
    public static String ofRows(List<BenchRow> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(heading(false));
        for (BenchRow row : rows) {
            lines.add(
                    List.of(
                            row.name(),
                            Figures.withUnit(row.ours(), row.unit()),
                            Figures.withUnit(row.peer(), row.unit()),
                            Figures.ratio(row.ratio()),
                            row.peerName()));
        }
        return aligned(lines);
    }

    private static List<String> heading(boolean spread) {
        List<String> cells = new ArrayList<>(List.of("", "Ringroad", "peer", "ratio"));
        if (spread) {
            cells.add("rounds");
        }
        cells.add("peer ran");
        return cells;
    }

    private static List<String> cells(MeasuredRow measured, boolean spread) {
        BenchRow row = measured.row();
        List<String> cells =
                new ArrayList<>(
                        List.of(
                                row.name(),
                                Figures.withUnit(row.ours(), row.unit()),
                                Figures.withUnit(row.peer(), row.unit()),
                                Figures.ratio(row.ratio())));
        if (spread) {
            cells.add(
                    Figures.plain(measured.lowestRatio())
                            + " to "
                            + Figures.plain(measured.highestRatio()));
        }
        cells.add(row.peerName() + ", " + measured.peerPlacement().words());
        return cells;
    }

    /** The first and the last column flush left, the others flush right. */
    private static String aligned(List<List<String>> lines) {
        int columns = lines.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> cells : lines) {
            for (int i = 0; i < cells.size(); i++) {
                widths[i] = Math.max(widths[i], cells.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> cells : lines) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < cells.size(); i++) {
                String pad = " ".repeat(widths[i] - cells.get(i).length());
                boolean left = i == 0 || i == columns - 1;
                line.append(i == 0 ? "" : GAP)
                        .append(left ? cells.get(i) + pad : pad + cells.get(i));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
