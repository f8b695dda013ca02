package dev.ringroad.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.OpenDescriptors;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.io.IOException;
import java.util.Map;

/**
 * Fails a test that leaves descriptors open or bytes mapped. Tests that use it must not run side by
 * side.
 */
public final class Leaks implements BeforeEachCallback, AfterEachCallback {
    private OpenDescriptors descriptors = new OpenDescriptors(Map.of());
    private long mappedBytes;

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        descriptors = OpenDescriptors.now();
        mappedBytes = Mappings.mappedBytes();
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        assertThat(OpenDescriptors.now().beyond(descriptors)).as("left open").isEmpty();
        assertThat(Mappings.mappedBytes()).as("bytes mapped").isEqualTo(mappedBytes);
    }
}
