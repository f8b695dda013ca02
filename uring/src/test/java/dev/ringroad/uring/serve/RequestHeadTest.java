package dev.ringroad.uring.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;

/** Heads of requests, right and wrong ones. */
final class RequestHeadTest {

    private static RequestHead parse(String text) {
        byte[] bytes = (text + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        int end = RequestHead.end(bytes, 0, bytes.length);
        assertThat(end).isEqualTo(bytes.length);
        return RequestHead.parse(bytes, 0, end);
    }

    private static RequestHead get(String path, String fields) {
        return parse("GET " + path + " HTTP/1.1\r\nHost: a" + fields);
    }

    @Test
    void pathIsDecodedAndItsQueryLeftOut() {
        RequestHead head = get("/a%20b/%C3%A4?x=%00", "");
        assertThat(head.refusal()).isNull();
        assertThat(new String(head.path(), StandardCharsets.UTF_8)).isEqualTo("/a b/\u00e4");
        assertThat(head.keepsAlive()).isTrue();
        assertThat(new String(get("http://host/x", "").path(), StandardCharsets.UTF_8))
                .isEqualTo("/x");
        assertThat(new String(get("http://host", "").path(), StandardCharsets.UTF_8))
                .isEqualTo("/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /",
                "GET / HTTP/1.1",
                "GET a HTTP/1.1\r\nHost: a",
                "GET /%zz HTTP/1.1\r\nHost: a",
                "GET /%0 HTTP/1.1\r\nHost: a",
                "GET /%00 HTTP/1.1\r\nHost: a",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: b",
                "GET / HTTP/1.1\r\nHost : a",
                "GET / HTTP/1.1\r\nHost: a\r\n folded",
                "GET / HTTP/1.1\r\nHost: a\r\nX: \u0001",
                "GET / HTTP/1.1\r\nHost: a\nX: b",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1",
                "G@T / HTTP/1.1\r\nHost: a",
                "GET / HTTP/x\r\nHost: a",
                " GET / HTTP/1.1\r\nHost: a"
            })
    void whatCouldBeReadInTwoWaysIsRefused(String text) {
        RequestHead head = parse(text);
        assertThat(head.refusal()).isEqualTo(HttpStatus.BAD_REQUEST);
        assertThat(head.keepsAlive()).isFalse();
    }

    @Test
    void otherMethodsVersionsAndBodiesAreRefused() {
        assertThat(parse("PUT / HTTP/1.1\r\nHost: a").refusal())
                .isEqualTo(HttpStatus.METHOD_NOT_ALLOWED);
        assertThat(parse("GET / HTTP/2.0\r\nHost: a").refusal())
                .isEqualTo(HttpStatus.VERSION_NOT_SUPPORTED);
        assertThat(get("/", "\r\nContent-Length: 5").refusal())
                .isEqualTo(HttpStatus.CONTENT_TOO_LARGE);
        assertThat(get("/", "\r\nTransfer-Encoding: chunked").refusal())
                .isEqualTo(HttpStatus.CONTENT_TOO_LARGE);
        assertThat(get("/", "\r\nContent-Length: 0").refusal()).isNull();
    }

    @Test
    void connectionIsKeptAsItSays() {
        assertThat(get("/", "\r\nConnection: foo, close").keepsAlive()).isFalse();
        assertThat(parse("GET / HTTP/1.0").keepsAlive()).isFalse();
        assertThat(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive").keepsAlive()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1",
        "bytes=10-, 10, 90",
        "bytes=-10, 90, 10",
        "bytes=-1000, 0, 100",
        "bytes=99-200, 99, 1",
        "BYTES=5-6, 5, 2"
    })
    void rangesOfAFileOfHundredBytes(String value, long start, long bytes) {
        ByteRange range = ByteRange.parse(value);
        assertThat(range).isNotNull();
        assertThat(range.start(100)).isEqualTo(start);
        assertThat(range.bytes(100)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=",
                "bytes=-",
                "bytes=1-2,4-5",
                "bytes=5-4",
                "lines=1-2",
                "bytes=a-b",
                "bytes=9999999999999999999-",
                "bytes=1--2"
            })
    void whatIsNoSingleRangeIsIgnored(String value) {
        assertThat(ByteRange.parse(value)).isNull();
    }

    @Test
    void datesDecideWhetherFilesAndRangesAreStillWanted() {
        String date = "Sun, 06 Nov 1994 08:49:37 GMT";
        long seconds = 784111777;
        assertThat(FileService.date(seconds)).isEqualTo(date);
        RequestHead head = get("/", "\r\nIf-Modified-Since: " + date);
        assertThat(head.isFresh(seconds)).isTrue();
        assertThat(head.isFresh(seconds + 1)).isFalse();
        assertThat(get("/", "\r\nIf-Modified-Since: yesterday").isFresh(0)).isFalse();
        RequestHead part = get("/", "\r\nRange: bytes=1-2\r\nIf-Range: " + date);
        assertThat(part.range(seconds)).isEqualTo(new ByteRange(1, 2));
        assertThat(part.range(seconds + 1)).isNull();
    }
}
