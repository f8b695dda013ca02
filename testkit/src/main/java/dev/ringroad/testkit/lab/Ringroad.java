package dev.ringroad.testkit.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The {@code ringroad} command of this build, as a command line. */
public final class Ringroad {
    private Ringroad() {}

    /**
     * The line that runs a sub-command.
     *
     * @throws IllegalStateException when the build has not packaged the command yet
     */
    public static List<String> command(List<String> arguments) {
        Path lib = lib();
        List<String> line =
                new ArrayList<>(
                        List.of(
                                java(),
                                "--enable-native-access=dev.ringroad.core",
                                "-XX:+UseSerialGC",
                                "-Dringroad.java.home=" + System.getProperty("java.home"),
                                "-Dringroad.lib=" + lib,
                                "--module-path",
                                lib.toString(),
                                "--module",
                                "dev.ringroad.cli/dev.ringroad.cli.Main"));
        line.addAll(arguments);
        return line;
    }

    /** The line of {@code ringroad run --net SPEC -- COMMAND…}. */
    public static List<String> run(String spec, List<String> command) {
        List<String> arguments = new ArrayList<>(List.of("run", "--net", spec, "--"));
        arguments.addAll(command);
        return command(arguments);
    }

    /**
     * The command of a program of the labs: a bare {@code java} with a class path that knows
     * nothing of Ringroad.
     */
    public static List<String> program(Class<?> main, String... arguments) {
        List<String> line =
                new ArrayList<>(
                        List.of("java", "-Xmx512m", "-cp", foreignClassPath(), main.getName()));
        line.addAll(Arrays.asList(arguments));
        return line;
    }

    /** The same as a line to be started as it is, over the kernel's sockets. */
    public static List<String> overTheKernel(List<String> program) {
        List<String> line = new ArrayList<>(program);
        line.set(0, java());
        return line;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static Path lib() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null) {
            Path lib = folder.resolve("cli/target/dist/lib");
            if (Files.isDirectory(lib)) {
                return lib;
            }
            folder = folder.getParent();
        }
        throw new IllegalStateException(
                "There is no cli/target/dist/lib: run `./mvnw -pl cli -am package` first.");
    }

    /** The tests' class path without the rooms: only test classes and other people's libraries. */
    private static String foreignClassPath() {
        String path =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> foreign = new ArrayList<>();
        for (String entry : path.split(":", -1)) {
            boolean testClasses = entry.endsWith("test-classes");
            boolean ours = entry.contains("ringroad-") || entry.endsWith("/target/classes");
            if (testClasses || !ours) {
                foreign.add(entry);
            }
        }
        return String.join(":", foreign);
    }
}
