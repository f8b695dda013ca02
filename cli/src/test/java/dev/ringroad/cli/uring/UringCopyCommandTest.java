package dev.ringroad.cli.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ringroad.cli.common.Refusal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.nio.file.Files;
import java.nio.file.Path;

final class UringCopyCommandTest {
    @TempDir private Path folder;

    private void run(String... words) {
        UringCopyCommand command = new UringCopyCommand();
        CommandLine.ParseResult ignored = new CommandLine(command).parseArgs(words);
        command.run();
    }

    private void refused(int exitCode, String why, String... words) {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> run(words))
                .withMessageContaining(why)
                .satisfies(refusal -> assertThat(refusal.exitCode()).isEqualTo(exitCode));
    }

    @Test
    void operandsThatAreMissingAreNamed() {
        refused(Refusal.WRONG_USE, "SOURCE and DEST are missing");
        refused(Refusal.WRONG_USE, "DEST is missing: name where x is copied to", "x");
        String usage = new CommandLine(new UringCopyCommand()).getUsageMessage();
        assertThat(usage.replaceAll("\\s+", " ")).contains("[--depth=N] SOURCE... DEST Copies");
    }

    @Test
    void aSlashAtTheEndAsksForADirectory() throws Exception {
        String file = Files.writeString(folder.resolve("file"), "text").toString();
        String tree = Files.createDirectory(folder.resolve("tree")).toString();
        refused(Refusal.FAILED, "is not a directory", file, folder + "/new/");
        refused(Refusal.FAILED, "is not a directory", "-f", file, file + "/");
        refused(Refusal.FAILED, "is not a directory", "-r", tree, file + "/");
        assertThat(folder.resolve("new")).doesNotExist();
        run(file, tree + "/");
        assertThat(folder.resolve("tree/file")).hasContent("text");
        run("-r", tree, folder + "/new/");
        assertThat(folder.resolve("new/file")).hasContent("text");
    }
}
