package dev.ringroad.cli.common;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where this Ringroad and its JDK lie; {@code ./ringroad} passes both as system properties. */
public final class Installation {
    private static final String JDK_PROPERTY = "ringroad.java.home";
    private static final String LIBRARY_PROPERTY = "ringroad.lib";
    private static final String AGENT_JAR = "ringroad-sockets.jar";

    private Installation() {}

    /** The JDK that Ringroad found. */
    public static Path jdk() {
        @Nullable String found = System.getProperty(JDK_PROPERTY);
        return Path.of(found == null ? System.getProperty("java.home") : found);
    }

    /** Its java launcher. */
    public static Path java() {
        return jdk().resolve("bin").resolve("java");
    }

    /** The jar that goes behind {@code -javaagent:}, beside the jars that it needs. */
    public static Path agentJar() {
        @Nullable String library = System.getProperty(LIBRARY_PROPERTY);
        if (library == null) {
            throw Refusal.wrongUse(
                    "This ringroad was not started by its launcher, so it does not know where its agent is; start"
                            + " ./ringroad, or give the folder of the jars as -D"
                            + LIBRARY_PROPERTY
                            + "=….");
        }
        Path jar = Path.of(library).resolve(AGENT_JAR).toAbsolutePath();
        if (!Files.isReadable(jar)) {
            throw Refusal.wrongUse(
                    "The agent "
                            + jar
                            + " cannot be read; build again with ./mvnw -pl cli -am package.");
        }
        return jar;
    }
}
