package dev.ringroad.cli.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ringroad.cli.common.Refusal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import picocli.CommandLine;

import java.nio.file.Files;
import java.nio.file.Path;

final class UringPerfCommandTest {
    @TempDir private Path folder;

    private void run(String words) {
        UringPerfCommand command = new UringPerfCommand();
        CommandLine.ParseResult ignored =
                new CommandLine(command)
                        .parseArgs(words.replace("DIR", folder.toString()).split(" ", -1));
        command.run();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DIR/f",
                "DIR",
                "DIR/no/such --size 1m",
                "DIR/f --size 1m --depth 0",
                "DIR/f --size 1m --depth 100000",
                "DIR/f --size 1m --depth 32768 --fixed",
                "DIR/f --size 1m --depth 4 --batch 5",
                "DIR/f --size 1m --depth 4 --wait 0",
                "DIR/f --size 1m --threads 0",
                "DIR/f --size 1m --threads 5000",
                "DIR/f --size 1m --bs 0",
                "DIR/f --size 1m --bs 1000000g",
                "DIR/f --size 1m --bs 4x",
                "DIR/f --size 1m --bs 2g",
                "DIR/f --size 1k",
                "DIR/f --size many",
                "DIR/f --size 1m --rw backwards",
                "DIR/f --size 1m --read-percent 101",
                "DIR/f --size 1m --iopoll",
                "DIR/f --size 1m --direct --bs 520",
                "DIR/f --size 1m --pin 4095",
                "DIR/f --size 1m --ios 0",
                "DIR/f --size 1m --rate -1",
                "DIR/f --size 1m --runtime 0",
                "DIR/f --size 1m --read-percent 30",
                "DIR/f --size 1m --rw write --read-percent 30",
                "DIR/f --size 1m --overwrite",
                "DIR/f DIR/f --size 1m",
                "DIR/f DIR/./f --size 1m",
                "DIR/f --size 4000t",
                "DIR/f --size 1m --json DIR/f",
                "DIR/g DIR/f --size 1m --json DIR/../DIR/./f",
                "DIR/f --size 1m --json /no/such/folder/perf.json"
            })
    void wrongUseIsASentenceAndMakesNoFile(String words) {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> run(words))
                .withMessageMatching("[^\\n]+\\.")
                .satisfies(refusal -> assertThat(refusal.exitCode()).isEqualTo(Refusal.WRONG_USE));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatDoesNotMatchItsMarkFailsWithFileAndPosition() throws Exception {
        Path file = Files.write(folder.resolve("f"), new byte[8192]);
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> run("DIR/f --rw read --verify"))
                .withMessage(
                        file
                                + " is wrong at position 0: found no mark, but bytes that begin with"
                                + " 00 00 00 00 00 00 00 00.")
                .satisfies(refusal -> assertThat(refusal.exitCode()).isEqualTo(Refusal.FAILED));
    }

    @Test
    void twoNamesOfOneFileAreSeenAsOne() throws Exception {
        byte[] before = new byte[8192];
        Path file = Files.write(folder.resolve("f"), before);
        Files.createLink(folder.resolve("hard"), file);
        Files.createSymbolicLink(folder.resolve("soft"), file);
        for (String words :
                new String[] {"DIR/f --json DIR/hard", "DIR/f --json DIR/soft", "DIR/f DIR/hard"}) {
            assertThatExceptionOfType(Refusal.class)
                    .isThrownBy(() -> run(words))
                    .withMessageMatching(".*(over a file under test|are the same file).*")
                    .satisfies(
                            refusal -> assertThat(refusal.exitCode()).isEqualTo(Refusal.WRONG_USE));
        }
        assertThat(file).hasBinaryContent(before);
    }

    @Test
    void writesJson() throws Exception {
        run("DIR/f --size 1m --rw mixed --verify --threads 2 --json DIR/perf.json");
        assertThat(folder.resolve("perf.json"))
                .content()
                .contains(
                        "\"rw\": \"mixed\"",
                        "\"threads\": 2",
                        "\"interrupted\": false",
                        "\"failure\": null");
        assertThat(folder.resolve("f")).hasSize(1 << 20);
    }
}
