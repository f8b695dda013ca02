package dev.ringroad.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.linux.Processes;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** {@code ringroad uring cp} as a process: what it says, how it ends, and what it leaves. */
final class UringCopyLabTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int FILES = 400;
    private static final int LARGE_FILES = 4;
    private static final int INTERRUPTIONS = 15;
    private static final int DELAY_MILLIS_MIN = 150;
    private static final int DELAY_MILLIS_MAX = 1000;
    private static final String UNFINISHED = ".ringroad-cp-";

    @TempDir private Path directory;

    private Child start(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of("uring", "cp"));
        command.addAll(Arrays.asList(words));
        return Child.start(Ringroad.command(command));
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(directory.resolve(name).getParent());
        Files.writeString(directory.resolve(name), text);
    }

    @Test
    void tellsWhatIsCopiedAndEndsWithZero() throws Exception {
        write("tree/sub/file", "text");
        try (Child copy = start("-r", "--fsync", "--verify", path("tree"), path("copy"))) {
            assertThat(copy.awaitExit(PATIENCE)).as(copy.output()).isZero();
            assertThat(copy.output()).contains("1 files, 2 directories, 0 links, 4 bytes in");
            assertThat(copy.output()).contains("1 files were read back and compared");
        }
        assertThat(directory.resolve("copy/sub/file")).hasContent("text");
        try (Child copy = start("-r", "--force", "--json", path("tree/."), path("copy"))) {
            assertThat(copy.awaitExit(PATIENCE)).as(copy.output()).isZero();
            assertThat(copy.output()).startsWith("{\"files\":1,\"directories\":2,");
        }
    }

    @Test
    void endsWithOneWhenSomethingIsLeftOutAndTwoWhenNothingWasBegun() throws Exception {
        write("file", "text");
        try (Child copy = start(path("file"), path("missing"), path("."))) {
            assertThat(copy.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(copy.output()).contains("missing").contains("2 not copied");
        }
        try (Child copy = start(path("file"), path("no/such/place"))) {
            assertThat(copy.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(copy.output()).contains("make it first");
        }
        try (Child copy = start("--depth", "0", path("file"), path("copy"))) {
            assertThat(copy.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(copy.output()).contains("--depth is 1 to");
        }
        assertThat(directory.resolve("copy")).doesNotExist();
    }

    @Test
    void namesThatTheLocaleCannotReadAreCopiedByteForByte() throws Exception {
        String script = "mkdir tree && echo text > \"tree/$(printf 'caf\\303\\251 \\377')\"";
        Child.run(PATIENCE, "sh", "-c", "cd '" + directory + "' && " + script);
        List<String> command =
                Ringroad.command(List.of("uring", "cp", "-r", path("tree"), path("copy")));
        try (Child copy = Child.start(command, Map.of("LC_ALL", "C"))) {
            assertThat(copy.awaitExit(PATIENCE)).as(copy.output()).isZero();
        }
        Child.run(PATIENCE, "diff", "-r", path("tree"), path("copy"));
    }

    @Test
    void copiesWithoutARingWhereTheKernelRefusesIt() throws Exception {
        Assumptions.assumeTrue(Processes.userId() == 0, "Taking a capability away needs root");
        write("tree/file", "text");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "setpriv",
                                "--bounding-set",
                                "-ipc_lock",
                                "prlimit",
                                "--memlock=0:0"));
        command.addAll(Ringroad.command(List.of("uring", "cp", "-r", path("tree"), path("copy"))));
        try (Child copy = Child.start(command)) {
            assertThat(copy.awaitExit(PATIENCE)).as(copy.output()).isZero();
            assertThat(copy.output()).contains("Copying without io_uring").contains("ENOMEM");
        }
        assertThat(directory.resolve("copy/file")).hasContent("text");
    }

    /**
     * A tree of new files onto one whose first half is old, and ended at some moment: each file is
     * the old one, the new one, or not there.
     */
    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "KILL"})
    void endedAtAnyMomentItLeavesNoFileTorn(String signal) throws Exception {
        for (int i = 0; i < FILES; i++) {
            write("tree/kept/file" + i, content("new", i));
            write("tree/added/file" + i, content("new", i));
        }
        Random random = new Random(signal.hashCode());
        int complete = 0;
        for (int round = 0; round < INTERRUPTIONS; round++) {
            Child.run(PATIENCE, "rm", "-rf", path("into"));
            for (int i = 0; i < FILES; i += 2) {
                write("into/tree/kept/file" + i, content("old", i));
            }
            try (Child copy = start("-rf", "--depth", "4", path("tree"), path("into"))) {
                Thread.sleep(random.nextInt(DELAY_MILLIS_MIN, DELAY_MILLIS_MAX));
                Child.run(PATIENCE, "sh", "-c", "kill -" + signal + " " + copy.pid() + " || true");
                int ignored = copy.awaitExit(PATIENCE);
                complete += assertNothingTorn(signal, copy.output()) ? 1 : 0;
            }
        }
        assertThat(complete).as("rounds that came to their end").isLessThan(INTERRUPTIONS);
        try (Child copy = start("-rf", path("tree"), path("into"))) {
            assertThat(copy.awaitExit(PATIENCE)).as(copy.output()).isZero();
        }
        assertThat(assertNothingTorn("INT", "the last copy")).isTrue();
        Child.run(PATIENCE, "diff", "-r", path("tree"), path("into/tree"));
    }

    private static String content(String age, int number) {
        int length = number < LARGE_FILES ? 2_000_000 : 3000 + number;
        return (age + number + ' ').repeat(length / 5);
    }

    private boolean assertNothingTorn(String signal, String output) throws IOException {
        boolean whole = true;
        for (int i = 0; i < FILES; i++) {
            Path kept = directory.resolve("into/tree/kept/file" + i);
            String now = Files.exists(kept) ? Files.readString(kept) : "";
            boolean isNew = now.equals(content("new", i));
            String before = i % 2 == 0 ? content("old", i) : "";
            assertThat(isNew || now.equals(before)).as(kept + " after " + output).isTrue();
            whole &= isNew;
        }
        Path added = directory.resolve("into/tree/added");
        if (Files.exists(added)) {
            for (int i = 0; i < FILES; i++) {
                assertThat(added.resolve("file" + i)).hasContent(content("new", i));
            }
        } else {
            whole = false;
        }
        if (!signal.equals("KILL")) {
            try (var all = Files.walk(directory.resolve("into"))) {
                assertThat(all.map(Path::toString)).noneMatch(name -> name.contains(UNFINISHED));
            }
        }
        return whole;
    }
}
