package dev.ringroad.bench.uring;

import dev.ringroad.bench.machine.OwnJvm;

import org.jspecify.annotations.Nullable;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The servers of other libraries, whose jars lie beside the command's and on no path of it. */
final class EchoPeers {
    private static final String LIBRARY_PROPERTY = "ringroad.lib";
    private static final String FOLDER = "peers";
    private static final String PACKAGE = "dev.ringroad.peers.";
    private static final Pattern NETTY = Pattern.compile("netty-common-([\\w.]+)\\.jar");

    private final List<Path> jars;

    private EchoPeers(List<Path> jars) {
        this.jars = jars;
    }

    private static Path folder() {
        String library = System.getProperty(LIBRARY_PROPERTY);
        return Path.of(library == null ? "." : library).resolveSibling(FOLDER);
    }

    /** What to do when they are not beside the command, in a sentence; null when they are. */
    static @Nullable String missing() {
        Path folder = folder();
        return Files.isDirectory(folder)
                ? null
                : "The peers of the echo server are not in "
                        + folder.toAbsolutePath()
                        + "; start ./ringroad, which builds them";
    }

    /** Finds them beside the command. */
    static EchoPeers find() throws IOException {
        Path folder = folder();
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.jar")) {
            all.forEach(jars::add);
        }
        return new EchoPeers(jars);
    }

    /** Netty's version, as its jar's name has it. */
    String nettyVersion() {
        for (Path jar : jars) {
            Matcher name = NETTY.matcher(jar.getFileName().toString());
            if (name.matches()) {
                return name.group(1);
            }
        }
        return "of unknown version";
    }

    /** How to start one of them. */
    List<String> command(String program, String... args) {
        List<String> command = new ArrayList<>();
        command.add(OwnJvm.java());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        String.join(File.pathSeparator, jars.stream().map(Path::toString).toList()),
                        PACKAGE + program));
        command.addAll(List.of(args));
        return command;
    }
}
