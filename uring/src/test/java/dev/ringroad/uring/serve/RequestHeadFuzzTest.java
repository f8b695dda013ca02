package dev.ringroad.uring.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Whatever a client sends: nothing is thrown, and what is accepted is safe to open. */
class RequestHeadFuzzTest {
    private static final int SEEDS = 20_000;
    private static final String[] PIECES = {
        "GET ",
        "HEAD ",
        "POST ",
        "/",
        "..",
        "%2e",
        "%00",
        "%",
        "?",
        " HTTP/1.1",
        " HTTP/1.0",
        "\r\n",
        "\r",
        "\n",
        "Host: a",
        "Range: bytes=",
        "1-2",
        "-5",
        "Content-Length: ",
        "7",
        ":",
        " ",
        "\t",
        "Transfer-Encoding: chunked",
        "Connection: close, keep-alive",
        "\u00ff",
        "If-Range: ",
        "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
        "http://a",
        "9999999999999999999"
    };

    @FuzzTest(maxDuration = "1m")
    void anyBytes(byte[] data) {
        judge(data);
    }

    @Test
    void randomPieces() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20); i >= 0; i--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            judge((text + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static void judge(byte[] data) {
        int end = RequestHead.end(data, 0, data.length);
        if (end < 0) {
            return;
        }
        RequestHead head = RequestHead.parse(data, 0, end);
        if (head.refusal() != null) {
            return;
        }
        assertThat(head.path()).isNotEmpty().doesNotContain((byte) 0);
        assertThat(head.path()[0]).isEqualTo((byte) '/');
        ByteRange range = head.range(0);
        for (long size : new long[] {0, 1, 1000, Long.MAX_VALUE / 2}) {
            if (range != null && range.start(size) < size) {
                assertThat(range.start(size)).isNotNegative();
                assertThat(range.bytes(size)).isBetween(1L, size - range.start(size));
            }
        }
    }
}
