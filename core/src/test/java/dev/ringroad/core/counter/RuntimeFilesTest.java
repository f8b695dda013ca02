package dev.ringroad.core.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.counter.RuntimeFiles.Found;
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

    private Found find(Map<String, String> environment) throws IOException {
        return RuntimeFiles.find(environment, folder, folder.resolve("home"));
    }

    @Test
    void liesInTheUsersRuntimeFolder() throws Exception {
        Map<String, String> environment = Map.of("XDG_RUNTIME_DIR", folder.toString());
        Path nowhere = Path.of("/nowhere");
        Path directory = RuntimeFiles.find(environment, nowhere, nowhere).directory();
        assertThat(directory).isEqualTo(folder.resolve("ringroad"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
        assertThat(find(environment)).isEqualTo(new Found(directory, null));
    }

    @Test
    void fallsBackToTheTemporaryFolder() throws Exception {
        Found found = new Found(ours(), null);
        assertThat(find(Map.of())).isEqualTo(found);
        assertThat(find(Map.of("XDG_RUNTIME_DIR", "relative"))).isEqualTo(found);
        assertThat(find(Map.of("XDG_RUNTIME_DIR", folder + "/none"))).isEqualTo(found);
    }

    @Test
    void goesHomeFromAFolderThatOthersMayWriteTo() throws Exception {
        Files.createDirectory(ours());
        Files.setPosixFilePermissions(ours(), PosixFilePermissions.fromString("rwxrwxrwx"));
        Path home = Files.createDirectory(folder.resolve("home"));
        Found found = find(Map.of());
        assertThat(found.directory()).isEqualTo(home.resolve(".ringroad"));
        assertThat(found.passedOver())
                .startsWith("The folder " + ours() + " is not one of this user alone.");
        assertThat(find(Map.of())).isEqualTo(found);
    }

    @Test
    void goesHomeFromALinkThatSomebodyHasPutThere() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.createSymbolicLink(ours(), elsewhere);
        Path home = Files.createDirectory(folder.resolve("home"));
        assertThat(find(Map.of()).directory()).isEqualTo(home.resolve(".ringroad"));
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void saysWhyThereIsNoFolderAtAll() throws Exception {
        Files.createFile(ours());
        assertThatThrownBy(() -> find(Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(ours() + " is not one of this user alone")
                .hasMessageNotContaining("..");
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
