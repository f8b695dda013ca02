package dev.ringroad.workloads;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The {@code key=value} words of a program's command line. */
final class Arguments {
    private final Map<String, String> values;

    private Arguments(Map<String, String> values) {
        this.values = values;
    }

    /** Takes the words apart; a word without {@code =} is an {@link IllegalArgumentException}. */
    static Arguments of(String[] words) {
        Map<String, String> values = new HashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException(
                        "'" + word + "' is not an argument: expected key=value.");
            }
            values.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return new Arguments(values);
    }

    String text(String key, String otherwise) {
        return values.getOrDefault(key, otherwise);
    }

    String text(String key) {
        @Nullable String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("The argument " + key + "=… is missing.");
        }
        return value;
    }

    int number(String key, int otherwise) {
        @Nullable String value = values.get(key);
        return value == null ? otherwise : whole(key, value);
    }

    /** Numbers separated by commas. */
    List<Integer> numbers(String key, String otherwise) {
        return Stream.of(text(key, otherwise).split(",", -1)).map(one -> whole(key, one)).toList();
    }

    /**
     * {@code host=} and {@code port=}; port 0 lets the system choose when binding, and {@code
     * port=stdin} waits for {@link Lifeline#port}, so that a client's JVM starts while its server's
     * does.
     */
    InetSocketAddress address() {
        int port = text("port", "0").equals("stdin") ? Lifeline.port() : number("port", 0);
        return new InetSocketAddress(text("host", "127.0.0.1"), port);
    }

    Mode mode() {
        return Mode.of(text("mode", "blocking"));
    }

    private static int whole(String key, String value) {
        try {
            int number = Integer.parseInt(value);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below, with the key
        }
        throw new IllegalArgumentException(
                "The argument " + key + "=" + value + " has to be a whole number from 0.");
    }
}
