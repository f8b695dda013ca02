package dev.ringroad.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** {@code ringroad uring perf} as a process: ended by its user, on full disks, without rights. */
final class UringPerfLabTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int CONTROL_C = 3;
    private static final int INTERRUPTED = 130;

    @TempDir private Path folder;

    private static String perf(String... arguments) {
        List<String> line = new ArrayList<>(List.of("uring", "perf"));
        line.addAll(List.of(arguments));
        return Ringroad.command(line).stream()
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" "));
    }

    /** On a file system of one MiB that goes with the process. */
    private Child onSmallDisk(String prepare, String... arguments) throws IOException {
        Requirement.root();
        Requirement.programs("util-linux", "unshare", "mount");
        String script =
                "mount -t tmpfs -o size=1m small '%s' && %s && exec %s"
                        .formatted(folder, prepare, perf(arguments));
        return Child.start(List.of("unshare", "--mount", "sh", "-c", script));
    }

    @Test
    void controlCAtATerminalPrintsTheSummary() throws Exception {
        Requirement.programs("bsdutils", "script");
        String file = folder.resolve("f").toString();
        String line = perf(file, "--size", "4m", "--rw", "mixed", "--runtime", "1h");
        try (Child terminal =
                Child.startTyping(List.of("script", "-qec", "exec " + line, "/dev/null"))) {
            terminal.awaitOutput("1 s  reads", SOON);
            terminal.input().write(CONTROL_C);
            terminal.input().flush();
            assertThat(terminal.awaitExit(SOON)).as(terminal.report()).isEqualTo(INTERRUPTED);
            assertThat(terminal.output())
                    .containsPattern("reads: [0-9]+ in")
                    .containsPattern("writes: [0-9]+ in")
                    .contains("calls of the kernel");
        }
    }

    @Test
    void aFileThatDoesNotFitIsRefused() throws Exception {
        String file = folder.resolve("f").toString();
        try (Child child = onSmallDisk("true", file, "--size", "8m")) {
            assertThat(child.awaitExit(SOON)).as(child.report()).isEqualTo(2);
            assertThat(child.report())
                    .contains("is to have 8388608 bytes, and its file system has 1048576 free")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aFileThatCannotBeLaidOutWholeIsRemovedAgain() throws Exception {
        String file = folder.resolve("f").toString();
        try (Child child = onSmallDisk("ulimit -f 128", file, "--size", "512k")) {
            assertThat(child.awaitExit(SOON)).as(child.report()).isOne();
            assertThat(child.report())
                    .contains("File too large; it is removed again.")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aDiskThatIsFullIsToldWithFileAndPosition() throws Exception {
        String file = folder.resolve("f").toString();
        try (Child child =
                onSmallDisk(
                        "truncate -s 8m '" + file + "'",
                        file,
                        "--rw",
                        "write",
                        "--overwrite",
                        "--bs",
                        "64k")) {
            assertThat(child.awaitExit(SOON)).as(child.report()).isOne();
            assertThat(child.report())
                    .contains(file)
                    .containsAnyOf("ENOSPC (28)", "its file system is full")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aReadOnlyFileSystemIsRefused() throws Exception {
        String file = folder.resolve("f").toString();
        String prepare = "truncate -s 64k '%s' && mount -o remount,ro '%s'".formatted(file, folder);
        try (Child child = onSmallDisk(prepare, file, "--rw", "write", "--overwrite")) {
            assertThat(child.awaitExit(SOON)).as(child.report()).isEqualTo(2);
            assertThat(child.report()).contains("cannot be written to: Read-only file system");
        }
    }

    @Test
    void withLittleLockedMemoryBuffersAreNotRegisteredAndThatIsSaid() throws Exception {
        try (Child child = withLockedMemory(1024)) {
            assertThat(child.awaitExit(SOON)).as(child.report()).isZero();
            assertThat(child.report())
                    .contains("Files and buffers are not registered", "ulimit -l")
                    .contains("reads: 256 in");
        }
    }

    @Test
    void withHardlyAnyLockedMemoryTheRingIsRefusedWithTheRemedy() throws Exception {
        try (Child child = withLockedMemory(64)) {
            assertThat(child.awaitExit(SOON)).as(child.report()).isOne();
            assertThat(child.report())
                    .contains("ringroad: io_uring_setup(1024 entries) failed: ENOMEM")
                    .contains("ulimit -l")
                    .doesNotContain("\tat ");
        }
    }

    /** As a user whom the limit holds for. */
    private Child withLockedMemory(int kibibytes) throws IOException {
        Requirement.root();
        Requirement.programs("util-linux", "setpriv");
        Path file = Files.write(folder.resolve("f"), new byte[1 << 20]);
        assertThat(folder.toFile().setExecutable(true, false)).isTrue();
        assertThat(file.toFile().setReadable(true, false)).isTrue();
        String line = perf(file.toString(), "--fixed", "--depth", "1024", "--rw", "read");
        return Child.start(
                List.of(
                        "setpriv",
                        "--reuid=65534",
                        "--regid=65534",
                        "--clear-groups",
                        "--inh-caps=-all",
                        "sh",
                        "-c",
                        "ulimit -l " + kibibytes + "; exec " + line));
    }
}
