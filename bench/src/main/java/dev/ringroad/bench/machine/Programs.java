package dev.ringroad.bench.machine;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The programs that we are measured beside. */
public final class Programs {

    private Programs() {}

    /** What to install when a program is not on the path, in a sentence; null when it is there. */
    public static @Nullable String missing(String program, String debianPackage) {
        String path = System.getenv("PATH");
        boolean found =
                path != null
                        && Stream.of(path.split(":", -1))
                                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        return found
                ? null
                : program + " is not installed; Debian has it in the package " + debianPackage;
    }
}
