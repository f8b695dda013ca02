package dev.ringroad.bench.machine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JVM of its own for some cases of a benchmark. In one JVM for all, the compiler would see
 * methods that are called in several ways, and inline the more frequent one; a peer's test in C is
 * compiled for each.
 */
public final class FigureJvm {
    private static final Pattern FIGURE = Pattern.compile("case (\\d+): ([\\d.E-]+)");

    private FigureJvm() {}

    /** Says a case's figure, in the JVM that has measured it. */
    public static void print(PrintStream out, int number, double figure) {
        out.println("case " + number + ": " + figure);
    }

    /**
     * Runs a program of this module to its end.
     *
     * @return the figures that it said, by their cases' numbers
     * @throws IOException when it cannot be started
     */
    public static Map<Integer, Double> run(Class<?> program, String... args) throws IOException {
        List<String> command = OwnJvm.command(List.of("-XX:+UseSerialGC"), program);
        command.addAll(List.of(args));
        return figures(new ProcessBuilder(command).redirectError(Redirect.INHERIT));
    }

    /**
     * Runs a program that says its figures as {@link #print} does, whatever it is written in.
     *
     * @throws IOException when it cannot be started
     */
    public static Map<Integer, Double> figures(ProcessBuilder program) throws IOException {
        Map<Integer, Double> figures = new HashMap<>();
        Process process = program.start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                Matcher figure = FIGURE.matcher(line);
                if (figure.matches()) {
                    figures.put(Integer.valueOf(figure.group(1)), Double.valueOf(figure.group(2)));
                }
            }
        } finally {
            process.destroyForcibly();
        }
        return figures;
    }
}
