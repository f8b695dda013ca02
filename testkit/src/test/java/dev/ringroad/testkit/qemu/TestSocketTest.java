package dev.ringroad.testkit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/** The test socket against a QEMU that this test plays: what it answers is written beforehand. */
final class TestSocketTest {
    @TempDir private Path folder;

    private @Nullable SocketChannel qemu;
    private @Nullable TestSocket socket;

    @BeforeEach
    void connect() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            ServerSocketChannel ignored = server.bind(address);
            qemu = SocketChannel.open(address);
            socket = new TestSocket(server.accept(), () -> "It was played.");
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        socket().close();
        qemu().close();
    }

    private TestSocket socket() {
        return Objects.requireNonNull(socket);
    }

    private SocketChannel qemu() {
        return Objects.requireNonNull(qemu);
    }

    private void answers(String text) throws IOException {
        int ignored = qemu().write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private String heard() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4096);
        int ignored = qemu().read(bytes);
        return StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
    }

    @Test
    void valuesAreReadInEveryWidth() throws Exception {
        answers("OK 0x12\nOK 0xffffffffffffffff\nOK 0x0080\n");
        assertThat(socket().read(1, 0x1000)).isEqualTo(0x12);
        assertThat(socket().read(8, 0xfee0_0000L)).isEqualTo(-1);
        assertThat(socket().in(2, 0xcfc)).isEqualTo(0x80);
        assertThat(heard()).isEqualTo("readb 0x1000\nreadq 0xfee00000\ninw 0xcfc\n");
        assertThatThrownBy(() -> socket().read(3, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> socket().read(9, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void interruptLinesComeBeforeAnswers() throws Exception {
        answers("IRQ raise 5\nIRQ raise 7\nIRQ lower 5\nOK 0x1\n");
        assertThat(socket().read(4, 0)).isOne();
        assertThat(socket().isRaised(7)).isTrue();
        assertThat(socket().isRaised(5)).isFalse();
    }

    @Test
    void refusalsAreToldWithTheirCommand() throws Exception {
        answers("FAIL Unknown command 'dance'\nERR no\n");
        assertThatThrownBy(() -> socket().command("dance"))
                .isInstanceOf(IOException.class)
                .hasMessage("QEMU answered \"FAIL Unknown command 'dance'\" to \"dance\".");
        assertThatThrownBy(() -> socket().write(4, 0, 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ERR no");
    }

    @Test
    void postedWritesDoNotWaitAndTheirRefusalIsToldLater() throws Exception {
        socket().post(4, 0x10, -1);
        socket().post(2, 0x20, 0x1_2345);
        assertThat(heard()).isEqualTo("writel 0x10 0xffffffff\nwritew 0x20 0x2345\n");
        answers("OK\nFAIL\nOK 0x7\n");
        assertThatThrownBy(() -> socket().read(4, 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("writew 0x20");
    }

    @Test
    void manyPostedWritesTakeTheirAnswersInBetween() throws Exception {
        for (int count = 0; count < 1000; count++) {
            answers("OK\n");
            socket().post(4, 0x10, count);
            assertThat(heard()).startsWith("writel 0x10");
        }
        answers("OK 0x1\n");
        assertThat(socket().read(4, 0)).isOne();
    }

    @Test
    void nonsenseIsRefused() throws Exception {
        answers("OK\nOK 0xgg\nIRQ rain\nhello\n");
        assertThatThrownBy(() -> socket().read(4, 0)).hasMessageContaining("which is no number");
        assertThatThrownBy(() -> socket().read(4, 0)).hasMessageContaining("which is no number");
        assertThatThrownBy(() -> socket().read(4, 0))
                .hasMessageContaining("which is no interrupt line");
        assertThatThrownBy(() -> socket().read(4, 0)).hasMessageContaining("\"hello\"");
        assertThatThrownBy(() -> socket().command("a\nb"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anEndIsToldWithItsReason() throws Exception {
        answers("OK 0x");
        qemu().close();
        assertThatThrownBy(() -> socket().read(4, 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has gone before it answered \"readl 0x0\". It was played.");
    }
}
