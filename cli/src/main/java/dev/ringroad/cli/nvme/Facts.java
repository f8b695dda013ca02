package dev.ringroad.cli.nvme;

import dev.ringroad.bench.Json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What a command found out, in order: for people as lines, for programs as JSON, with the same
 * names.
 */
final class Facts {
    private static final String INDENT = "  ";

    private final Map<String, Object> entries = new LinkedHashMap<>();

    /** Adds a text. */
    Facts add(String name, String value) {
        Object ignored = entries.put(name, value);
        return this;
    }

    /** Adds a number or a truth. */
    Facts add(String name, Object value) {
        Object ignored = entries.put(name, value);
        return this;
    }

    /** Adds a list. */
    Facts add(String name, List<Facts> values) {
        Object ignored = entries.put(name, new ArrayList<>(values));
        return this;
    }

    /** One object. */
    String json() {
        return object(this, "") + "\n";
    }

    /** An array of objects. */
    static String json(List<Facts> all) {
        return array(all, "") + "\n";
    }

    private static String object(Facts facts, String indent) {
        String inner = indent + INDENT;
        StringJoiner object = new StringJoiner(",\n", "{\n", "\n" + indent + "}");
        facts.entries.forEach(
                (name, value) ->
                        object.add(inner + Json.quote(name) + ": " + jsonOf(value, inner)));
        return object.toString();
    }

    private static String array(List<?> all, String indent) {
        String inner = indent + INDENT;
        StringJoiner array =
                new StringJoiner(",\n" + inner, "[\n" + inner, "\n" + indent + "]")
                        .setEmptyValue("[]");
        for (Object each : all) {
            array.add(jsonOf(each, inner));
        }
        return array.toString();
    }

    private static String jsonOf(Object value, String indent) {
        return switch (value) {
            case Facts facts -> object(facts, indent);
            case List<?> list -> array(list, indent);
            case String text -> Json.quote(text);
            default -> value.toString();
        };
    }

    /** A line for each fact, and a paragraph for each of a list. */
    String text() {
        StringBuilder text = new StringBuilder();
        write(text, "");
        return text.toString();
    }

    private void write(StringBuilder text, String indent) {
        int width = entries.keySet().stream().mapToInt(String::length).max().orElse(0);
        entries.forEach(
                (name, value) -> {
                    if (value instanceof List<?> list) {
                        for (Object each : list) {
                            text.append(indent).append(words(name)).append('\n');
                            if (each instanceof Facts facts) {
                                facts.write(text, indent + INDENT);
                            }
                        }
                    } else {
                        text.append(indent)
                                .append(String.format("%-" + width + "s", words(name)))
                                .append(INDENT)
                                .append(value)
                                .append('\n');
                    }
                });
    }

    private static String words(String name) {
        return name.replace('_', ' ');
    }
}
