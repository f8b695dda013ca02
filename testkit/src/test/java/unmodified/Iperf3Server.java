package unmodified;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of iperf3's server as {@code iperf3 -c} over TCP needs: {@code Iperf3Server HOST PORT}.
 * It serves one test after the other, both directions ({@code -R}) and several streams ({@code
 * -P}).
 *
 * <p>On the control connection each step is one byte; parameters and results travel as JSON behind
 * a 32-bit length. Every connection begins with the test's 37-byte cookie.
 */
public final class Iperf3Server {
    private static final int COOKIE_BYTES = 37;
    private static final int JSON_BYTES_MAX = 1 << 20;
    private static final int BLOCK_BYTES = 128 * 1024;

    private static final int TEST_START = 1;
    private static final int TEST_RUNNING = 2;
    private static final int TEST_END = 4;
    private static final int PARAMETER_EXCHANGE = 9;
    private static final int CREATE_STREAMS = 10;
    private static final int CLIENT_TERMINATE = 12;
    private static final int EXCHANGE_RESULTS = 13;
    private static final int DISPLAY_RESULTS = 14;

    private Iperf3Server() {}

    public static void main(String[] args) throws IOException {
        InetAddress address = InetAddress.getByName(args[0]);
        try (ServerSocket server = new ServerSocket(Integer.parseInt(args[1]), 16, address)) {
            System.out.println("READY");
            while (true) {
                try (Socket control = server.accept()) {
                    serve(server, control);
                } catch (IOException e) {
                    System.out.println("test lost: " + e);
                }
            }
        }
    }

    private static void serve(ServerSocket server, Socket control) throws IOException {
        DataInputStream in = new DataInputStream(control.getInputStream());
        DataOutputStream out = new DataOutputStream(control.getOutputStream());
        byte[] cookie = in.readNBytes(COOKIE_BYTES);
        out.writeByte(PARAMETER_EXCHANGE);
        String parameters = readJson(in);
        int streams = number(parameters, "parallel", 1);
        boolean reverse = parameters.contains("\"reverse\"");
        out.writeByte(CREATE_STREAMS);
        List<Stream> open = new ArrayList<>();
        try {
            for (int i = 0; i < streams; i++) {
                Socket data = server.accept();
                byte[] theirs = data.getInputStream().readNBytes(COOKIE_BYTES);
                if (!Arrays.equals(cookie, theirs)) {
                    data.close();
                    throw new IOException("a stream with another test's cookie");
                }
                open.add(new Stream(i == 0 ? 1 : i + 2, data));
            }
            out.writeByte(TEST_START);
            out.writeByte(TEST_RUNNING);
            open.forEach(stream -> stream.start(reverse));
            awaitEnd(in);
            if (reverse) {
                open.forEach(Stream::stop);
            }
            out.writeByte(EXCHANGE_RESULTS);
            String theirs = readJson(in);
            writeJson(out, results(open));
            out.writeByte(DISPLAY_RESULTS);
            in.read();
            System.out.println(
                    "TEST " + total(open) + " bytes, client's results " + theirs.length());
        } finally {
            open.forEach(Stream::stop);
        }
    }

    private static void awaitEnd(DataInputStream in) throws IOException {
        int state = in.readByte();
        if (state == CLIENT_TERMINATE) {
            throw new IOException("the client gave up");
        }
        if (state != TEST_END) {
            throw new IOException("state " + state + " where the test's end was due");
        }
    }

    private static long total(List<Stream> streams) {
        return streams.stream().mapToLong(stream -> stream.bytes.get()).sum();
    }

    private static String results(List<Stream> streams) {
        StringBuilder json =
                new StringBuilder(
                        "{\"cpu_util_total\":0,\"cpu_util_user\":0,\"cpu_util_system\":0,"
                                + "\"sender_has_retransmits\":0,\"streams\":[");
        for (Stream stream : streams) {
            if (stream != streams.getFirst()) {
                json.append(',');
            }
            json.append("{\"id\":").append(stream.id);
            json.append(",\"bytes\":").append(stream.bytes.get());
            json.append(",\"retransmits\":-1,\"jitter\":0,\"errors\":0,\"packets\":0,");
            json.append("\"start_time\":0,\"end_time\":1}");
        }
        return json.append("]}").toString();
    }

    private static int number(String json, String name, int otherwise) {
        Matcher matcher = Pattern.compile("\"" + name + "\"\\s*:\\s*(\\d{1,4})").matcher(json);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : otherwise;
    }

    private static String readJson(DataInputStream in) throws IOException {
        int bytes = in.readInt();
        if (bytes < 0 || bytes > JSON_BYTES_MAX) {
            throw new IOException("a text of " + bytes + " bytes");
        }
        return new String(in.readNBytes(bytes), StandardCharsets.UTF_8);
    }

    private static void writeJson(DataOutputStream out, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** One data connection, moved by a thread of its own. */
    private static final class Stream {
        final int id;
        final AtomicLong bytes = new AtomicLong();
        private final Socket socket;

        Stream(int id, Socket socket) {
            this.id = id;
            this.socket = socket;
        }

        void start(boolean send) {
            Thread.ofPlatform().daemon().start(() -> move(send));
        }

        void stop() {
            try {
                socket.close();
            } catch (IOException e) {
                System.out.println("closing stream " + id + ": " + e);
            }
        }

        private void move(boolean send) {
            byte[] block = new byte[BLOCK_BYTES];
            try {
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream();
                while (true) {
                    int moved = block.length;
                    if (send) {
                        out.write(block);
                    } else {
                        moved = in.read(block);
                        if (moved < 0) {
                            return;
                        }
                    }
                    bytes.addAndGet(moved);
                }
            } catch (IOException e) {
                // The test's end closes the connection under whoever is moving bytes.
                return;
            }
        }
    }
}
