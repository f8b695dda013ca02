package dev.ringroad.cli.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.cli.common.Refusal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import picocli.CommandLine;

final class NvmeServeCommandTest {

    @ParameterizedTest
    @CsvSource({
        "'', what to export",
        "memory:1m --digests some, --digests",
        "memory:1m --threads 0, threads",
        "memory:1m --connections-max 0, connections",
        "memory:1m --listen 127.0.0.1, --listen",
        "memory:1m --listen 127.0.0.1:x, --listen",
        "memory:1m --listen 127.0.0.1:70000, --listen",
        "memory:1m --listen 192.0.2.1:4420, 192.0.2.1",
        "memory:1m --nqn disk, disk",
        "memory:1m --subsystem x, --subsystem",
        "cake:1m, cake",
        "file:/no/such/file, /no/such/file",
        "memory:1m --json /no/such/place/x, /no/such/place"
    })
    void whatCannotBeServedIsRefusedWithASentence(String words, String said) {
        NvmeServeCommand command = new NvmeServeCommand();
        String[] arguments = words.isEmpty() ? new String[0] : words.split(" ", -1);
        new CommandLine(command).parseArgs(arguments);
        assertThatThrownBy(command::run).isInstanceOf(Refusal.class).hasMessageContaining(said);
    }

    @Test
    void addressesMayBeOfBothFamilies() {
        assertThat(NvmeServeCommand.address("127.0.0.1:4420").getPort()).isEqualTo(4420);
        assertThat(NvmeServeCommand.address("[::1]:0").getAddress().isLoopbackAddress()).isTrue();
    }
}
