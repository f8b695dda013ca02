package dev.ringroad.core.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;

/**
 * Small texts out of {@code /proc} and {@code /sys}. What is not there or not readable is empty.
 */
final class KernelText {
    private static final int CPUS_MAX = 8192;

    private KernelText() {}

    static String read(String path) {
        try {
            return Files.readString(Path.of(path), StandardCharsets.ISO_8859_1).strip();
        } catch (IOException _) {
            return "";
        }
    }

    /** The value behind {@code name:} in a file of such lines. */
    static String field(String path, String name) {
        for (String line : read(path).split("\n")) {
            if (line.startsWith(name + ":")) {
                return line.substring(name.length() + 1).strip();
            }
        }
        return "";
    }

    static long number(String path, long otherwise) {
        return numberOf(read(path), otherwise);
    }

    static long numberOf(String text, long otherwise) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            return otherwise;
        }
    }

    /** The chosen word of a line such as {@code always [madvise] never}. */
    static String chosen(String path) {
        String line = read(path);
        int open = line.indexOf('[');
        int close = line.indexOf(']', open + 1);
        return open >= 0 && close > open ? line.substring(open + 1, close) : line;
    }

    /** A list such as {@code 0-3,8}; what cannot be understood is left out. */
    static BitSet list(String path) {
        BitSet set = new BitSet();
        for (String part : read(path).split(",")) {
            int dash = part.indexOf('-');
            long first = numberOf(dash < 0 ? part : part.substring(0, dash), -1);
            long last = dash < 0 ? first : numberOf(part.substring(dash + 1), -1);
            if (first >= 0 && last >= first && last < CPUS_MAX) {
                set.set((int) first, (int) last + 1);
            }
        }
        return set;
    }

    /** The names in a folder, sorted. */
    static List<String> names(String folder) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(folder))) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        } catch (IOException _) {
            return List.of();
        }
        Collections.sort(names);
        return names;
    }
}
