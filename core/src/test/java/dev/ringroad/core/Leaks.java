package dev.ringroad.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.linux.Mappings;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fails a test that leaves descriptors open or bytes mapped. Tests that use it must not run side by
 * side.
 */
public final class Leaks implements BeforeEachCallback, AfterEachCallback {
    private Map<String, String> descriptors = Map.of();
    private long mappedBytes;

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        descriptors = openDescriptors();
        mappedBytes = Mappings.mappedBytes();
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        Map<String, String> left = openDescriptors();
        left.entrySet().removeAll(descriptors.entrySet());
        // The JVM itself opens jars and class files whenever it likes.
        left.values()
                .removeIf(
                        target ->
                                target.endsWith(".jar")
                                        || target.endsWith("/modules")
                                        || target.endsWith("/fd"));
        assertThat(left).as("descriptors left open").isEmpty();
        assertThat(Mappings.mappedBytes()).as("bytes mapped").isEqualTo(mappedBytes);
    }

    private static Map<String, String> openDescriptors() throws IOException {
        Map<String, String> open = new TreeMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path one : all) {
                try {
                    open.put(
                            String.valueOf(one.getFileName()),
                            Files.readSymbolicLink(one).toString());
                } catch (IOException _) {
                    // The one with which this very folder is read, gone by now.
                    continue;
                }
            }
        }
        return open;
    }
}
