package dev.ringroad.testkit.architecture;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The allowed arrows between packages, read from {@code arrows.txt} beside this class.
 *
 * <p>Packages are named without {@code dev.ringroad.}; libraries stand in brackets.
 */
record ArrowTable(Map<String, List<String>> allowed) {

    private static final Pattern LINE = Pattern.compile("(\\S+)\\s*([:=])\\s*(.*)");
    private static final String[] NONE = {};

    static ArrowTable load() {
        try (InputStream text = ArrowTable.class.getResourceAsStream("arrows.txt")) {
            return parse(
                    new String(
                            Objects.requireNonNull(text, "arrows.txt").readAllBytes(),
                            StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ArrowTable parse(String text) {
        Map<String, List<String>> allowed = new LinkedHashMap<>();
        Map<String, List<String>> abbreviations = new HashMap<>();
        for (String line : text.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            Matcher parts = LINE.matcher(line);
            if (!parts.matches()) {
                throw new IllegalArgumentException("arrows.txt: cannot read the line " + line);
            }
            String from = parts.group(1);
            List<String> to = new ArrayList<>();
            for (String target : parts.group(3).isBlank() ? NONE : parts.group(3).split("\\s+")) {
                List<String> meant = abbreviations.getOrDefault(target, List.of(target));
                meant.forEach(name -> requireAbove(allowed, from, name));
                to.addAll(meant);
            }
            (parts.group(2).equals("=") ? abbreviations : allowed).put(from, to);
        }
        return new ArrowTable(allowed);
    }

    private static void requireAbove(Map<String, List<String>> above, String from, String target) {
        boolean known =
                target.startsWith("[")
                        || above.keySet().stream()
                                .anyMatch(line -> line.equals(target) || matches(target, line));
        if (!known) {
            throw new IllegalArgumentException(
                    "arrows.txt: " + from + " may not use " + target + ", which is not above it");
        }
    }

    /** The line that speaks for a package: its own, or that of the nearest {@code x.*}. */
    private Optional<String> lineOf(String packageName) {
        if (allowed.containsKey(packageName)) {
            return Optional.of(packageName);
        }
        String prefix = packageName;
        while (prefix.contains(".")) {
            prefix = prefix.substring(0, prefix.lastIndexOf('.'));
            if (allowed.containsKey(prefix + ".*")) {
                return Optional.of(prefix + ".*");
            }
        }
        return Optional.empty();
    }

    /** Whether {@code arrows.txt} draws this arrow. A package may always use itself. */
    boolean allows(Arrow arrow) {
        if (arrow.from().equals(arrow.to())) {
            return true;
        }
        return lineOf(arrow.from()).map(allowed::get).orElse(List.of()).stream()
                .anyMatch(target -> target.equals(arrow.to()) || matches(target, arrow.to()));
    }

    boolean knows(String packageName) {
        return lineOf(packageName).isPresent();
    }

    private static boolean matches(String pattern, String name) {
        if (pattern.startsWith("[")) {
            String library = pattern.substring(0, pattern.length() - 1);
            return name.equals(pattern) || name.startsWith(library + ".");
        }
        if (!pattern.endsWith(".*")) {
            return false;
        }
        String prefix = pattern.substring(0, pattern.length() - 2);
        return name.equals(prefix) || name.startsWith(prefix + ".");
    }
}
