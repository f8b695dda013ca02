package dev.ringroad.nvme.fabrics.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.nvme.block.text.BlockTextException;
import dev.ringroad.nvme.block.text.BlockTexts;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** What names a namespace of another machine, and what does not. */
final class RemoteAddressTest {
    private static final String NAME = "nqn.2014-08.org.example:disk";

    @Test
    void aTextHasPathsASubsystemAndANamespace() {
        RemoteAddress one =
                RemoteAddress.parse("10.0.0.1+10.0.1.1:4421+[fd00::1]:5+[fd00::2]/" + NAME + "/7");
        assertThat(one.paths())
                .extracting(InetSocketAddress::getPort)
                .containsExactly(4420, 4421, 5, 4420);
        assertThat(one.paths().getFirst().getHostString()).isEqualTo("10.0.0.1");
        assertThat(one.paths().getLast().getAddress().getAddress()).hasSize(16);
        assertThat(one.subsystem()).isEqualTo(NAME);
        assertThat(one.namespaceId()).isEqualTo(7);
    }

    @Test
    void aNamespacesNumberIsUnsignedAndASubsystemsNameMayHaveSlashes() {
        RemoteAddress one = RemoteAddress.parse("10.0.0.1/nqn.2014-08.org.example:a/b/4294967294");
        assertThat(one.subsystem()).isEqualTo("nqn.2014-08.org.example:a/b");
        assertThat(Integer.toUnsignedLong(one.namespaceId())).isEqualTo(4294967294L);
    }

    @ParameterizedTest
    @CsvSource({
        "'', HOST:PORT/NQN/ID",
        "10.0.0.1, HOST:PORT/NQN/ID",
        "10.0.0.1/nqn, HOST:PORT/NQN/ID",
        "/nqn/1, HOST:PORT/NQN/ID",
        "10.0.0.1/nqn/, a number from 1",
        "10.0.0.1/nqn/0, a number from 1",
        "10.0.0.1/nqn/-1, a number from 1",
        "10.0.0.1/nqn/4294967295, a number from 1",
        "10.0.0.1/nqn/99999999999999999999, a number from 1",
        "10.0.0.1/nqn/one, a number from 1",
        "+10.0.0.1/nqn/1, A path is",
        "10.0.0.1+/nqn/1, A path is",
        "10.0.0.1:/nqn/1, A path is",
        "10.0.0.1:0/nqn/1, A path is",
        "10.0.0.1:65536/nqn/1, A path is",
        "10.0.0.1:-5/nqn/1, A path is",
        "10.0.0.1:http/nqn/1, A path is",
        ":4420/nqn/1, A path is",
        "[]:4420/nqn/1, A path is"
    })
    void whatIsNoAddressIsRefusedWithASentence(String text, String said) {
        assertThatThrownBy(() -> RemoteAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said);
    }

    private static BlockTexts texts() {
        return BlockTexts.modules().with(RemoteKind.kind());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp:",
                "tcp:10.0.0.1",
                "tcp:10.0.0.1/nqn/x",
                "tcp:127.0.0.1:1/nqn/1,digests=some",
                "tcp:127.0.0.1:1/nqn/1,queues=0",
                "tcp:127.0.0.1:1/nqn/1,queues=65536",
                "tcp:127.0.0.1:1/nqn/1,queues=99999999999",
                "tcp:127.0.0.1:1/nqn/1,depth=0",
                "tcp:127.0.0.1:1/nqn/1,depth=1025",
                "tcp:127.0.0.1:1/nqn/1,depth=x",
                "tcp:127.0.0.1:1/nqn/1,retry=sometimes",
                "tcp:127.0.0.1:1/nqn/1,colour=red"
            })
    void whatIsNoDeviceIsRefusedBeforeAnybodyIsConnectedTo(String text) {
        assertThatThrownBy(() -> texts().open(text)).isInstanceOf(BlockTextException.class);
    }

    @Test
    void nobodyThereIsSaidInASentenceWithTheAddress() throws IOException {
        int port;
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = gone.getLocalPort();
        }
        String one = "tcp:127.0.0.1:" + port + "/" + NAME + "/1";
        assertThatThrownBy(() -> texts().open(one))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1:" + port);
        String two = "tcp:127.0.0.1:" + port + "+127.0.0.1:" + port + "/" + NAME + "/1";
        assertThatThrownBy(() -> texts().open(two))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No path to " + NAME);
    }
}
