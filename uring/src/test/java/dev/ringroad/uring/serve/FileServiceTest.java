package dev.ringroad.uring.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.uring.socket.ServerConfig;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;

/** Files over HTTP, with curl, wrk and plain sockets as clients. */
@Timeout(60)
final class FileServiceTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final long HEAD_MILLIS = 500;

    @TempDir private Path folder;
    private Path root;
    private OpenDescriptors before;
    private ServerThreads server;
    private byte[] content;

    @BeforeEach
    void start() throws IOException {
        before = OpenDescriptors.now();
        root = Files.createDirectory(folder.resolve("root"));
        content = new byte[300_000];
        new Random(7).nextBytes(content);
        Files.write(root.resolve("data.bin"), content);
        Files.writeString(root.resolve("index.html"), "<p>home</p>");
        Files.createDirectory(root.resolve("sub"));
        Files.writeString(root.resolve("sub/index.html"), "<p>sub</p>");
        Files.writeString(folder.resolve("secret.txt"), "secret");
        ServerConfig config =
                ServerConfig.of(new InetSocketAddress(LOOPBACK, 0), 128)
                        .withSendBuffers(8, 16 * 1024);
        server =
                ServerThreads.start(
                        config, 1, 128, loop -> FileService.of(loop, root, HEAD_MILLIS));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        assertThat(server.failure()).isNull();
        assertThat(OpenDescriptors.now().beyond(before)).doesNotContainKey("anon_inode:[io_uring]");
    }

    private String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    private int port() {
        return ((InetSocketAddress) server.address()).getPort();
    }

    private byte[] run(List<String> command) throws Exception {
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        byte[] output = process.getInputStream().readAllBytes();
        process.waitFor();
        return output;
    }

    private byte[] curl(String path, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-s", "--path-as-is"));
        command.addAll(List.of(options));
        command.add(url(path));
        return run(command);
    }

    private String text(String path, String... options) throws Exception {
        return new String(curl(path, options), StandardCharsets.UTF_8);
    }

    private String code(String path, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("-o", "/dev/null", "-w", "%{http_code}"));
        return text(path, all.toArray(String[]::new));
    }

    @Test
    void filesComeWithTheirLengthTypeAndDate() throws Exception {
        assertThat(curl("/data.bin")).isEqualTo(content);
        assertThat(text("/")).isEqualTo("<p>home</p>");
        assertThat(text("/sub/")).isEqualTo("<p>sub</p>");
        String head = text("/index.html", "-I");
        assertThat(head)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("Content-Length: 11\r\n")
                .contains("Content-Type: text/html; charset=utf-8\r\n")
                .contains("Last-Modified: ")
                .contains("Date: ");
        assertThat(text("/sub", "-i")).contains("301").contains("Location: /sub/\r\n");
    }

    @Test
    void rangesComeAsAsked() throws Exception {
        assertThat(curl("/data.bin", "-r", "1000-200999"))
                .isEqualTo(Arrays.copyOfRange(content, 1000, 201_000));
        assertThat(curl("/data.bin", "-r", "-5"))
                .isEqualTo(Arrays.copyOfRange(content, 299_995, 300_000));
        assertThat(text("/data.bin", "-r", "10-19", "-I"))
                .contains("200 OK")
                .contains("Content-Length: 300000\r\n")
                .doesNotContain("Content-Range");
        assertThat(text("/data.bin", "-r", "300000-", "-i"))
                .contains("416")
                .contains("Content-Range: bytes */300000");
    }

    @Test
    void fileThatTheClientHasIsNotSentAgain() throws Exception {
        Path kept = folder.resolve("kept");
        Files.write(kept, curl("/data.bin", "-R"));
        assertThat(code("/data.bin", "-z", kept.toString())).isEqualTo("304");
        assertThat(code("/data.bin", "-z", "1 Jan 2000")).isEqualTo("200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret.txt",
                "/sub/../../secret.txt",
                "/%2e%2e/secret.txt",
                "/..%2fsecret.txt",
                "//../secret.txt",
                "/link",
                "/absolute",
                "/linked/secret.txt",
                "/missing"
            })
    void nothingOutsideTheRootIsServed(String path) throws Exception {
        Files.createSymbolicLink(root.resolve("link"), Path.of("../secret.txt"));
        Files.createSymbolicLink(root.resolve("absolute"), folder.resolve("secret.txt"));
        Files.createSymbolicLink(root.resolve("linked"), folder);
        assertThat(text(path)).doesNotContain("secret");
        assertThat(code(path)).isEqualTo("404");
    }

    @Test
    void linksWithinTheRootAreFollowed() throws Exception {
        Files.createSymbolicLink(root.resolve("inner"), Path.of("sub/index.html"));
        assertThat(text("/inner")).isEqualTo("<p>sub</p>");
    }

    @Test
    void badRequestsAreAnsweredAndEndTheConnection() throws Exception {
        assertThat(code("/", "-X", "DELETE")).isEqualTo("405");
        assertThat(code("/", "-H", "X: " + "y".repeat(9000))).isEqualTo("431");
        assertThat(code("/", "-X", "GET", "--data", "z".repeat(100_000))).isEqualTo("413");
        assertThat(exchange("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(exchange("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(exchange("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }

    /** Sends something and reads until the server closes. */
    private String exchange(String request) throws IOException {
        try (Socket socket = new Socket(LOOPBACK, port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        String request = "GET /%s HTTP/1.1\r\nHost: a\r\n\r\n";
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            all.append(request.formatted(i % 2 == 0 ? "index.html" : "sub/index.html"));
        }
        all.append("GET /index.html HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        String answers = exchange(all.toString());
        assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(1002);
        String[] bodies = answers.split("<p>", -1);
        for (int i = 1; i < bodies.length; i++) {
            assertThat(bodies[i]).startsWith(i % 2 == 1 ? "home" : "sub");
        }
    }

    @Test
    void headThatTricklesInIsGivenUp() throws Exception {
        try (Socket slow = new Socket(LOOPBACK, port())) {
            slow.getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(slow.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(server.statistics().timeOuts()).isEqualTo(1);
    }

    @Test
    void emptyLinesThatTrickleInAreGivenUp() throws Exception {
        try (Socket slow = new Socket(LOOPBACK, port())) {
            slow.setSoTimeout(20);
            assertThat(endsWhileSending(slow)).isTrue();
        }
        assertThat(server.statistics().timeOuts()).isEqualTo(1);
    }

    // Until the server closes, or for ever.
    private static boolean endsWhileSending(Socket slow) {
        while (true) {
            try {
                slow.getOutputStream().write("\r\n".getBytes(StandardCharsets.US_ASCII));
                if (slow.getInputStream().read() < 0) {
                    return true;
                }
            } catch (SocketTimeoutException e) {
                continue; // it waits still
            } catch (IOException e) {
                return true; // reset
            }
        }
    }

    @Test
    void answerThatIsLongerThanABufferIsRefused() throws Exception {
        Path deep = root;
        for (int i = 0; i < 8; i++) {
            deep = Files.createDirectory(deep.resolve("\u00e4".repeat(100)));
        }
        String path = "/" + "%C3%A4".repeat(100);
        try (ServerThreads small =
                ServerThreads.start(
                        ServerConfig.of(new InetSocketAddress(LOOPBACK, 0), 16)
                                .withSendBuffers(2, 1024),
                        1,
                        16,
                        loop -> FileService.of(loop, root))) {
            int at = ((InetSocketAddress) small.address()).getPort();
            String url = "http://127.0.0.1:" + at + path.repeat(8);
            List<String> ask = List.of("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", url);
            assertThat(new String(run(ask), StandardCharsets.UTF_8)).isEqualTo("414");
            assertThat(small.failure()).isNull();
        }
    }

    @Test
    void serviceThatFailsWithAnErrorIsToldToWhoStartsIt() {
        ServerConfig config = ServerConfig.of(new InetSocketAddress(LOOPBACK, 0), 16);
        assertThatThrownBy(
                        () ->
                                ServerThreads.start(
                                        config,
                                        1,
                                        16,
                                        loop -> {
                                            throw new AssertionError("broken");
                                        }))
                .isInstanceOf(IOException.class)
                .hasRootCauseMessage("broken");
    }

    @Test
    void sparseFileOfOneGibibyteComesWhole() throws Exception {
        long bytes = 1L << 30;
        try (RandomAccessFile big = new RandomAccessFile(root.resolve("big").toFile(), "rw")) {
            big.setLength(bytes);
            big.seek(bytes - 5);
            big.write("tail!".getBytes(StandardCharsets.US_ASCII));
        }
        CRC32 expected = new CRC32();
        byte[] chunk = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(root.resolve("big"))) {
            for (int got = in.read(chunk); got >= 0; got = in.read(chunk)) {
                expected.update(chunk, 0, got);
            }
        }
        CRC32 received = new CRC32();
        Process curl = new ProcessBuilder("curl", "-s", url("/big")).start();
        long count = 0;
        try (InputStream in = curl.getInputStream()) {
            for (int got = in.read(chunk); got >= 0; got = in.read(chunk)) {
                received.update(chunk, 0, got);
                count += got;
            }
        }
        assertThat(count).isEqualTo(bytes);
        assertThat(received.getValue()).isEqualTo(expected.getValue());
    }

    @Test
    void fileThatIsCutWhileItIsSentEndsTheConnection() throws Exception {
        Path cut = root.resolve("cut");
        try (RandomAccessFile file = new RandomAccessFile(cut.toFile(), "rw")) {
            file.setLength(1L << 30);
        }
        try (Socket socket = new Socket(LOOPBACK, port())) {
            socket.getOutputStream()
                    .write(
                            "GET /cut HTTP/1.1\r\nHost: a\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            try (RandomAccessFile file = new RandomAccessFile(cut.toFile(), "rw")) {
                file.setLength(0);
            }
            long received = 0;
            byte[] chunk = new byte[1 << 16];
            try {
                for (int got = 0; got >= 0; got = socket.getInputStream().read(chunk)) {
                    received += got;
                }
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("reset");
            }
            assertThat(received).isLessThan(1L << 30);
        }
        assertThat(text("/")).isEqualTo("<p>home</p>");
    }

    @Test
    void specialFilesAreNotServed() throws Exception {
        run(List.of("mkfifo", root.resolve("fifo").toString()));
        assertThat(code("/fifo")).isEqualTo("404");
    }

    @Test
    void wrkFindsNoFault() throws Exception {
        String report =
                new String(
                        run(List.of("wrk", "-t1", "-c100", "-d1s", url("/index.html"))),
                        StandardCharsets.UTF_8);
        assertThat(report)
                .contains("Requests/sec")
                .doesNotContain("Non-2xx")
                .doesNotContain("Socket errors");
    }
}
