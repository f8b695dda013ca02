package dev.ringroad.bench;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/** Rows as a JSON array: the one form in which every benchmark of Ringroad hands on its figures. */
public final class BenchJson {
    private static final Set<String> KEYS =
            Set.of("name", "unit", "ours", "peer", "peer_name", "better", "ratio");
    private static final double ROUNDING = 1000;

    private BenchJson() {}

    /** The array, one row a line, figures to three decimals. */
    public static String write(List<BenchRow> rows) {
        StringJoiner array = new StringJoiner(",\n  ", "[\n  ", "\n]\n").setEmptyValue("[]\n");
        for (BenchRow row : rows) {
            array.add(
                    new StringJoiner(", ", "{", "}")
                            .add("\"name\": " + Json.quote(row.name()))
                            .add("\"unit\": " + Json.quote(row.unit()))
                            .add("\"ours\": " + rounded(row.ours()))
                            .add("\"peer\": " + rounded(row.peer()))
                            .add("\"peer_name\": " + Json.quote(row.peerName()))
                            .add("\"better\": " + Json.quote(row.better().word()))
                            .add("\"ratio\": " + rounded(row.ratio()))
                            .toString());
        }
        return array.toString();
    }

    /** Writes the array into a file, in place of what was there. */
    public static void write(List<BenchRow> rows, Path file) throws IOException {
        Files.writeString(file, write(rows));
    }

    /**
     * The rows of such an array; an {@link IllegalArgumentException} says what is wrong with
     * another text.
     */
    public static List<BenchRow> read(String document) {
        if (!(Json.parse(document) instanceof List<?> elements)) {
            throw new IllegalArgumentException("Expected a JSON array of rows.");
        }
        List<BenchRow> rows = new ArrayList<>();
        for (@Nullable Object element : elements) {
            if (!(element instanceof Map<?, ?> row) || !row.keySet().equals(KEYS)) {
                throw new IllegalArgumentException("A row has exactly the keys " + KEYS + ".");
            }
            rows.add(
                    new BenchRow(
                            text(row, "name"),
                            text(row, "unit"),
                            figure(row, "ours"),
                            figure(row, "peer"),
                            text(row, "peer_name"),
                            better(text(row, "better")),
                            figure(row, "ratio")));
        }
        return rows;
    }

    private static String rounded(double value) {
        return Json.number(Math.rint(value * ROUNDING) / ROUNDING);
    }

    private static Better better(String word) {
        for (Better better : Better.values()) {
            if (better.word().equals(word)) {
                return better;
            }
        }
        throw new IllegalArgumentException("\"better\" is \"lower\" or \"higher\", not " + word);
    }

    private static String text(Map<?, ?> row, String key) {
        if (row.get(key) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("\"" + key + "\" has to be a string.");
    }

    private static double figure(Map<?, ?> row, String key) {
        if (row.get(key) instanceof Double number) {
            return number;
        }
        throw new IllegalArgumentException("\"" + key + "\" has to be a number.");
    }
}
