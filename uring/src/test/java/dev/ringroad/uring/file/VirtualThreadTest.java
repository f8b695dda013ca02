package dev.ringroad.uring.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Threads that wait for a file do not keep the one carrier that a JVM was given. */
@Timeout(60)
final class VirtualThreadTest {
    @TempDir private Path directory;

    @Test
    void waitingThreadsLeaveTheirCarrierToReaders() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        byte[] data = new byte[10_000];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) i;
        }
        Path file = Files.write(directory.resolve("file"), data);
        try (JavaChild child =
                JavaChild.start(
                        List.of(),
                        List.of(
                                "-Djdk.virtualThreadScheduler.parallelism=1",
                                "-Djdk.virtualThreadScheduler.maxPoolSize=1"),
                        VirtualReaders.class.getName(),
                        pipe.toString(),
                        file.toString())) {
            assertThat(child.output())
                    .contains("read 10000 bytes beside 20 that wait")
                    .contains("in the end 10020");
        }
    }
}
