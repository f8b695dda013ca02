package dev.ringroad.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

final class RawArgumentsTest {
    private static final byte[] NO_UTF8 = {'g', 'r', (byte) 0xfc, 'n'};

    @Test
    void bytesThatTheLocaleCouldNotDecodeComeThroughAsTheyWere() {
        List<byte[]> commandLine =
                List.of(bytes("java"), bytes("run"), bytes("--"), bytes("echo"), NO_UTF8);

        assertThat(RawArguments.match(List.of("echo", "gr\ufffdn"), commandLine))
                .containsExactly(bytes("echo"), NO_UTF8);
    }

    @Test
    void wordsThatAreNotTheLastOnesAreEncoded() {
        assertThat(RawArguments.match(List.of("echo"), List.of(bytes("other"))))
                .containsExactly(bytes("echo"));
        assertThat(RawArguments.match(List.of("a", "b"), List.of(bytes("b"))))
                .containsExactly(bytes("a"), bytes("b"));
    }

    @Test
    void theKernelsFormIsTakenApart() {
        assertThat(RawArguments.split(bytes("java\0-x\0\0")))
                .containsExactly(bytes("java"), bytes("-x"), bytes(""));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
