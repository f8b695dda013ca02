package dev.ringroad.testkit.lab;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a lab needs of the machine; a test without it is skipped with a sentence that says what. */
public final class Requirement {
    private Requirement() {}

    /** Skips the test unless it runs as root. */
    public static void root() {
        assumeTrue(
                "root".equals(System.getProperty("user.name")),
                "Needs root: it makes a network namespace and a TAP device.");
    }

    /** Skips the test unless the kernel offers TAP devices. */
    public static void tap() {
        assumeTrue(
                Files.exists(Path.of("/dev/net/tun")),
                "Needs /dev/net/tun: load the kernel module tun.");
    }

    /**
     * Skips the test unless every program is on the PATH.
     *
     * @param debianPackage the package that brings them, named in the sentence
     */
    public static void programs(String debianPackage, String... names) {
        for (String name : names) {
            assumeTrue(
                    isOnPath(name),
                    "Needs the program " + name + ": install the package " + debianPackage + ".");
        }
    }

    private static boolean isOnPath(String name) {
        List<String> folders = new ArrayList<>();
        String path = System.getenv("PATH");
        if (path != null) {
            folders.addAll(List.of(path.split(File.pathSeparator, -1)));
        }
        folders.addAll(List.of("/usr/sbin", "/sbin"));
        return folders.stream().anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    }
}
