package dev.ringroad.core.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

class OpenDescriptorsTest {

    @TempDir Path folder;

    @Test
    void tellsWhatWasOpenedByKind() throws IOException {
        OpenDescriptors before = OpenDescriptors.now();
        try (Descriptor _ = Memfd.create("seen", Mappings.ORDINARY_PAGE_BYTES);
                EventFd _ = EventFd.create();
                EventFd _ = EventFd.create()) {
            assertThat(OpenDescriptors.now().beyond(before))
                    .isEqualTo(Map.of("/memfd:seen", 1, "anon_inode:[eventfd]", 2));
        }
        assertThat(OpenDescriptors.now().beyond(before)).isEmpty();
    }

    @Test
    void takesOneOfTheSameKindAsAReplacement() throws IOException {
        Descriptor first = Memfd.create("same", Mappings.ORDINARY_PAGE_BYTES);
        OpenDescriptors before = OpenDescriptors.now();
        try (Descriptor _ = Memfd.create("same", Mappings.ORDINARY_PAGE_BYTES)) {
            first.close();
            assertThat(OpenDescriptors.now().beyond(before)).isEmpty();
        }
    }

    @Test
    void overlooksFilesAndPipes() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "text");
        OpenDescriptors before = OpenDescriptors.now();
        Process child = new ProcessBuilder("cat").start();
        try (InputStream _ = Files.newInputStream(file)) {
            assertThat(OpenDescriptors.now().beyond(before)).isEmpty();
        } finally {
            child.destroyForcibly().waitFor();
        }
    }
}
