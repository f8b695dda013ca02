package dev.ringroad.cli.run;

import dev.ringroad.cli.common.Refusal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a command is started so that the agent gets into its JVM.
 *
 * @param program the file to execute
 * @param inserted words between the command's first word and the others
 * @param environment variables that change
 */
record LaunchPlan(Path program, List<String> inserted, Map<String, String> environment) {
    private static final String VARIABLE = "JDK_JAVA_OPTIONS";
    private static final String JAVA = "java";
    private static final int FEATURE_MIN = 25;
    private static final Pattern FEATURE = Pattern.compile("(?:1\\.)?(\\d{1,4})");

    /**
     * Decides by the command's first word: a bare {@code java} is the JDK's at hand, its other
     * launchers take the agent behind {@code -J}, and anything else gets it through the environment
     * variable that every {@code java} reads.
     *
     * @param jdk the JDK that Ringroad found
     * @param environment of this process
     */
    static LaunchPlan of(
            String word, AgentOption agent, Path jdk, Map<String, String> environment) {
        if (word.indexOf('/') < 0) {
            Path ours = jdk.resolve("bin").resolve(word);
            if (Files.isExecutable(ours)) {
                return launcher(ours, agent);
            }
        }
        Path program = find(word, environment);
        Optional<Path> launcher = launcherOfJdk(program);
        if (launcher.isPresent()) {
            requireRelease(launcher.get());
            return launcher(program, agent);
        }
        String options = agent.forEnvironment(environment.getOrDefault(VARIABLE, ""));
        return new LaunchPlan(program, List.of(), Map.of(VARIABLE, options));
    }

    private static LaunchPlan launcher(Path program, AgentOption agent) {
        boolean java = program.endsWith(JAVA);
        return new LaunchPlan(program, java ? agent.forJava() : agent.forTool(), Map.of());
    }

    /** As a shell would find it. */
    private static Path find(String word, Map<String, String> environment) {
        if (word.indexOf('/') >= 0) {
            Path path = Path.of(word);
            if (Files.isRegularFile(path) && Files.isExecutable(path)) {
                return path;
            }
            throw Refusal.wrongUse(
                    Files.exists(path)
                            ? word
                                    + " is not a program that this user may execute; chmod +x it, or start what runs it."
                            : "There is no " + word + "; give the path of a program.");
        }
        for (String folder : environment.getOrDefault("PATH", "/usr/bin:/bin").split(":", -1)) {
            Path path = Path.of(folder.isEmpty() ? "." : folder).resolve(word);
            if (Files.isRegularFile(path) && Files.isExecutable(path)) {
                return path;
            }
        }
        throw Refusal.wrongUse(
                "There is no program " + word + " in the JDK or on PATH; give its path.");
    }

    /**
     * The file itself when it belongs to a JDK: it has a java beside it and the JDK's modules above
     * it.
     */
    private static Optional<Path> launcherOfJdk(Path program) {
        try {
            Path real = program.toRealPath();
            Path bin = real.getParent();
            boolean jdk =
                    bin != null
                            && Files.isExecutable(bin.resolve(JAVA))
                            && Files.isRegularFile(bin.resolveSibling("lib").resolve("modules"));
            return jdk ? Optional.of(real) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static void requireRelease(Path launcher) {
        Path release = launcher.resolve("../../release").normalize();
        try {
            for (String line : Files.readAllLines(release)) {
                if (line.startsWith("JAVA_VERSION=")) {
                    String version = line.substring("JAVA_VERSION=".length()).replace("\"", "");
                    if (feature(version) < FEATURE_MIN) {
                        throw Refusal.wrongUse(
                                launcher
                                        + " is Java "
                                        + version
                                        + ", and the agent needs "
                                        + FEATURE_MIN
                                        + " or newer; write a bare java for the JDK that Ringroad found.");
                    }
                }
            }
        } catch (IOException e) {
            // A JDK that does not say what it is: its JVM will tell whether it can load the agent.
        }
    }

    /** The 17 of 17.0.2, and the 8 of 1.8.0_402. */
    private static int feature(String version) {
        Matcher number = FEATURE.matcher(version);
        return number.lookingAt() ? Integer.parseInt(number.group(1)) : FEATURE_MIN;
    }
}
