package dev.ringroad.bench.machine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How to start another JVM of the same JDK with a program of the same build. */
public final class OwnJvm {

    private OwnJvm() {}

    /** The path of this JDK's {@code java}. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * The words that start a program as this JVM was started, from modules or from the class path.
     * The list is the caller's, to add the program's arguments.
     *
     * @param flags of the JVM
     */
    public static List<String> command(List<String> flags, Class<?> program) {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(flags);
        String main = program.getName();
        String modules = System.getProperty("jdk.module.path");
        String module = program.getModule().getName();
        if (modules == null || module == null) {
            String classes = System.getProperty("java.class.path");
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classes, main));
        } else {
            command.addAll(
                    List.of(
                            "--enable-native-access=dev.ringroad.core",
                            "--module-path",
                            modules,
                            "--module",
                            module + "/" + main));
        }
        return command;
    }
}
