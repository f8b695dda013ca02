package dev.ringroad.cli.inspect;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.counter.RuntimeFiles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which processes a command is to look into: the word is a pid or {@code all}. */
final class Targets {
    private static final String ALL = "all";

    /** Behind {@code --module} of this command itself, whose own words follow. */
    private static final Pattern OWN_MAIN = Pattern.compile(" dev\\.ringroad\\.cli/\\S+ ?");

    private static final int CHARACTERS_MAX = 80;

    private Targets() {}

    /** The file of a process that a command shows. */
    interface FileOf {
        Path pid(long pid) throws IOException;
    }

    /** Shows a process. */
    interface Show {
        void process(long pid, Path file);
    }

    /**
     * Shows the process that the word names, or all that run and have such a file. One of all that
     * can't be shown is no reason to leave the others out.
     */
    static void each(String word, FileOf files, Show show) {
        try {
            if (word.equals(ALL)) {
                all(files, show);
                return;
            }
            long pid = pid(word);
            Path file = files.pid(pid);
            if (!Files.exists(file)) {
                throw unknown(pid);
            }
            show.process(pid, file);
        } catch (IOException e) {
            throw Refusal.wrongUse(String.valueOf(e.getMessage()));
        }
    }

    static long pid(String word) {
        if (!word.matches("[1-9]\\d{0,9}")) {
            throw Refusal.wrongUse("\"" + word + "\" is no process; give a pid, or all.");
        }
        return Long.parseLong(word);
    }

    private static void all(FileOf files, Show show) throws IOException {
        boolean nobody = true;
        for (long pid : RuntimeFiles.livePids()) {
            Path file = files.pid(pid);
            if (Files.exists(file)) {
                nobody = false;
                try {
                    show.process(pid, file);
                } catch (Refusal refusal) {
                    System.err.println("ringroad: " + refusal.getMessage());
                }
            }
        }
        if (nobody) {
            System.err.println("No process of this user runs over Ringroad.");
        }
    }

    /** A process in a few words: what it runs, as far as this user may know. */
    static String describe(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().commandLine())
                .map(Targets::mainPart)
                .orElse("");
    }

    /**
     * A command line without the folder of the program and without JVM options, or the words of
     * this command, cut to a line's length.
     */
    static String mainPart(String commandLine) {
        Matcher own = OWN_MAIN.matcher(commandLine);
        String text =
                own.find()
                        ? "ringroad " + commandLine.substring(own.end())
                        : withoutOptions(commandLine);
        int end = Math.min(text.length(), CHARACTERS_MAX);
        return text.substring(0, end).strip().replaceAll("\\p{Cntrl}", "?");
    }

    private static String withoutOptions(String commandLine) {
        StringBuilder text = new StringBuilder();
        for (String word : commandLine.split(" ", -1)) {
            if (text.isEmpty()) {
                text.append(word.substring(word.lastIndexOf('/') + 1));
            } else if (!word.startsWith("-")) {
                text.append(' ').append(word);
            }
        }
        return text.toString();
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
