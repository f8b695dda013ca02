package dev.ringroad.cli.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.uring.socket.ServerStatistics;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import picocli.CommandLine;

final class UringServeCommandTest {

    @ParameterizedTest
    @CsvSource({
        "cake, echo or files",
        "echo --port 70000, 65535",
        "echo --threads 0, threads",
        "echo --connections-max 100000, connections",
        "files --root /no/such/place, --root",
        "echo --listen 192.0.2.1, EADDRNOTAVAIL"
    })
    void whatCannotBeServedIsRefusedWithASentence(String words, String said) {
        UringServeCommand command = new UringServeCommand();
        new CommandLine(command).parseArgs(words.split(" ", -1));
        assertThatThrownBy(command::run).isInstanceOf(Refusal.class).hasMessageContaining(said);
    }

    @Test
    void lastWordsSayWhatWasDone() {
        assertThat(UringServeCommand.words(new ServerStatistics(1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10)))
                .isEqualTo(
                        "1 connections, 4 bytes received and 6 sent; 9 connections were reset and 10"
                                + " timed out, accepting failed 2 times, 8 times a peer did not read, 7"
                                + " times there was no buffer to receive into.");
    }
}
