package dev.ringroad.workloads;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One line {@code RESULT key=value key=value …} on standard output; neither keys nor values hold
 * spaces.
 *
 * <p>Every program prints such lines and the one that started it reads them.
 */
public final class ResultLine {
    private static final String WORD = "RESULT";

    private final Map<String, String> values = new LinkedHashMap<>();

    /** A line without any words yet. */
    ResultLine() {}

    /** Adds a word. */
    ResultLine with(String key, String value) {
        if (value.indexOf(' ') >= 0 || value.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("A result's value holds no spaces: " + value);
        }
        values.put(key, value);
        return this;
    }

    /** Adds a number. */
    ResultLine with(String key, long value) {
        return with(key, Long.toString(value));
    }

    /** Prints the line at once. */
    void print() {
        System.out.println(this);
        System.out.flush();
    }

    /** The result in a line, or nothing when the line is something else. */
    public static Optional<ResultLine> parse(String line) {
        String[] words = line.split(" ", -1);
        if (!words[0].equals(WORD)) {
            return Optional.empty();
        }
        ResultLine result = new ResultLine();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals <= 0) {
                return Optional.empty();
            }
            result.values.put(words[i].substring(0, equals), words[i].substring(equals + 1));
        }
        return Optional.of(result);
    }

    /** Whether the line has this key. */
    public boolean has(String key) {
        return values.containsKey(key);
    }

    /** The value of a key; a missing one is an {@link IllegalStateException}. */
    public String text(String key) {
        @Nullable String value = values.get(key);
        if (value == null) {
            throw new IllegalStateException("The result has no " + key + ": " + this);
        }
        return value;
    }

    /** The value of a key as a number. */
    public long number(String key) {
        return Long.parseLong(text(key));
    }

    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(WORD);
        values.forEach((key, value) -> line.append(' ').append(key).append('=').append(value));
        return line.toString();
    }
}
