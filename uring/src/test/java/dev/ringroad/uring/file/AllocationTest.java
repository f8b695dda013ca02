package dev.ringroad.uring.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What requests make on the heap, in bytes each. Whether the compilers keep a short-lived object
 * off the heap depends on what they happen to inline, so the interpreter and the first compiler,
 * which never do, must make none either.
 */
@Timeout(60)
final class AllocationTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:+TieredCompilation"})
    void requestsWithCallbacksMakeNothingOnTheHeap(String compilers) throws Exception {
        Path file = Files.write(directory.resolve("page"), new byte[4096]);
        List<String> options = List.of("-XX:+UseSerialGC", compilers);
        String program = AllocationLoads.class.getName();
        try (JavaChild child = JavaChild.start(List.of(), options, program, file.toString())) {
            assertThat(child.output().lines()).containsExactly("ring 0", "loop 0", "file 0");
        }
    }
}
