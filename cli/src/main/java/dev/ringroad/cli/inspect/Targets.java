package dev.ringroad.cli.inspect;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.counter.RuntimeFiles;

import java.io.IOException;
import java.util.List;

/** Which processes a command is to look into: the word is a pid or {@code all}. */
final class Targets {
    private static final String ALL = "all";

    private Targets() {}

    /** The processes; none when all are asked for and there are none. */
    static List<Long> of(String word) {
        if (word.equals(ALL)) {
            try {
                return RuntimeFiles.livePids();
            } catch (IOException e) {
                throw Refusal.wrongUse(String.valueOf(e.getMessage()));
            }
        }
        if (!word.matches("[1-9]\\d{0,9}")) {
            throw Refusal.wrongUse("\"" + word + "\" is no process; give a pid, or all.");
        }
        return List.of(Long.parseLong(word));
    }

    /** A process in a few words: what it runs, as far as this user may know. */
    static String describe(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().commandLine())
                .map(Targets::mainPart)
                .orElse("");
    }

    /**
     * A command line without the folder of the program and without JVM options, cut to a line's
     * length.
     */
    static String mainPart(String commandLine) {
        StringBuilder text = new StringBuilder();
        for (String word : commandLine.split(" ", -1)) {
            if (text.isEmpty()) {
                text.append(word.substring(word.lastIndexOf('/') + 1));
            } else if (!word.startsWith("-")) {
                text.append(' ').append(word);
            }
        }
        int end = Math.min(text.length(), 80);
        return text.substring(0, end).replaceAll("\\p{Cntrl}", "?");
    }

    /** What to say when nobody is there. */
    static void sayNobody() {
        System.err.println("No process of this user runs over Ringroad.");
    }

    /** What to say of a process that has no such file. */
    static Refusal unknown(long pid) {
        return Refusal.wrongUse(
                ProcessHandle.of(pid).isPresent()
                        ? "Process "
                                + pid
                                + " does not run over Ringroad, or belongs to another user;"
                                + " all instead of a pid shows those that can be seen."
                        : "There is no process "
                                + pid
                                + "; all instead of a pid shows those that run.");
    }
}
