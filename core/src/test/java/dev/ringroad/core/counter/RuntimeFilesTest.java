package dev.ringroad.core.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.Processes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

class RuntimeFilesTest {
    private static final long DEAD_PID = 999_999_999;

    @TempDir Path folder;

    private Path ours() {
        return folder.resolve("ringroad-" + Processes.userId());
    }

    @Test
    void liesInTheUsersRuntimeFolder() throws Exception {
        Path directory =
                RuntimeFiles.directory(
                        Map.of("XDG_RUNTIME_DIR", folder.toString()), Path.of("/nowhere"));
        assertThat(directory).isEqualTo(folder.resolve("ringroad"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
        assertThat(RuntimeFiles.directory(Map.of("XDG_RUNTIME_DIR", folder.toString()), folder))
                .isEqualTo(directory);
    }

    @Test
    void fallsBackToTheTemporaryFolder() throws Exception {
        assertThat(RuntimeFiles.directory(Map.of(), folder)).isEqualTo(ours());
        assertThat(RuntimeFiles.directory(Map.of("XDG_RUNTIME_DIR", "relative"), folder))
                .isEqualTo(ours());
        assertThat(RuntimeFiles.directory(Map.of("XDG_RUNTIME_DIR", folder + "/none"), folder))
                .isEqualTo(ours());
    }

    @Test
    void refusesAFolderThatOthersMayWriteTo() throws Exception {
        Files.createDirectory(ours());
        Files.setPosixFilePermissions(ours(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> RuntimeFiles.directory(Map.of(), folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not a folder of this user");
    }

    @Test
    void refusesALinkThatSomebodyHasPutThere() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.createSymbolicLink(ours(), elsewhere);
        assertThatThrownBy(() -> RuntimeFiles.directory(Map.of(), folder))
                .isInstanceOf(IOException.class);
    }

    @Test
    void listsProcessesThatRunAndHaveFiles() throws Exception {
        long pid = ProcessHandle.current().pid();
        Files.createFile(folder.resolve(pid + ".counters"));
        Files.createFile(folder.resolve(pid + ".sockets"));
        Files.createFile(folder.resolve(DEAD_PID + ".counters"));
        Files.createFile(folder.resolve("1.other"));
        Files.createFile(folder.resolve("x.counters"));
        Files.createFile(folder.resolve("99999999999999999999.counters"));
        assertThat(RuntimeFiles.livePids(folder)).containsExactly(pid);
    }

    @Test
    void removesOldFilesOfTheDeadOnly() throws Exception {
        Path oldDead = Files.createFile(folder.resolve(DEAD_PID + ".counters"));
        Path oldAlive =
                Files.createFile(folder.resolve(ProcessHandle.current().pid() + ".counters"));
        Path oldOther = Files.createFile(folder.resolve("notes.txt"));
        RuntimeFiles.removeStale(folder, Instant.now().plus(Duration.ofHours(25)));
        assertThat(oldDead).doesNotExist();
        assertThat(oldAlive).exists();
        assertThat(oldOther).exists();
    }

    @Test
    void ofTheFreshlyDeadOnlyTheSocketTableGoes() throws Exception {
        Path counters = Files.createFile(folder.resolve(DEAD_PID + ".counters"));
        Path sockets = Files.createFile(folder.resolve(DEAD_PID + ".sockets"));
        RuntimeFiles.removeStale(folder, Instant.now());
        assertThat(counters).exists();
        assertThat(sockets).doesNotExist();
    }

    @Test
    void aFileOlderThanItsProcessIsOfAnotherOne() throws Exception {
        long pid = ProcessHandle.current().pid();
        Path file = Files.createFile(folder.resolve(pid + ".counters"));
        assertThat(RuntimeFiles.isOfLiveProcess(file, pid)).isTrue();
        Instant before =
                ProcessHandle.current().info().startInstant().orElseThrow().minusSeconds(60);
        Files.setLastModifiedTime(file, FileTime.from(before));
        assertThat(RuntimeFiles.isOfLiveProcess(file, pid)).isFalse();
        assertThat(RuntimeFiles.livePids(folder)).isEmpty();
    }
}
