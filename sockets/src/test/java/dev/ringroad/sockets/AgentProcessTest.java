package dev.ringroad.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;

/** Runs programs that do not know of us in JVMs of their own, under the real agent. */
@Timeout(120)
class AgentProcessTest {
    @TempDir static Path folder;

    private static Path agent;

    private record Outcome(int exitCode, String output) {}

    @BeforeAll
    static void packAgent() throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Premain-Class", "dev.ringroad.sockets.agent.Agent");
        String ours =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> !entry.contains("test-classes"))
                        .map(entry -> Path.of(entry).toUri().toString())
                        .collect(Collectors.joining(" "));
        attributes.put(Attributes.Name.CLASS_PATH, ours);
        agent = folder.resolve("agent.jar");
        try (OutputStream out = Files.newOutputStream(agent);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.finish();
        }
    }

    /** Starts a program from one source file. */
    private static Process start(
            String agentArguments, Map<String, String> environment, String source, String... args)
            throws IOException {
        Path file = Files.createTempDirectory(folder, "program").resolve("Program.java");
        Files.writeString(file, source);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-javaagent:" + agent + (agentArguments.isEmpty() ? "" : "=" + agentArguments));
        command.add(file.toString());
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("RINGROAD_NET");
        builder.environment().remove("RINGROAD_PROFILE");
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Outcome finish(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), output);
    }

    private static Outcome run(String agentArguments, String source, String... args)
            throws Exception {
        return finish(start(agentArguments, Map.of(), source, args));
    }

    private static final String HTTP =
            """
            import com.sun.net.httpserver.HttpServer;
            import java.net.InetSocketAddress;
            import java.net.URI;
            import java.net.http.HttpClient;
            import java.net.http.HttpRequest;
            import java.net.http.HttpResponse.BodyHandlers;
            import java.nio.channels.spi.SelectorProvider;
            import java.util.concurrent.Executors;

            public class Program {
                public static void main(String[] args) throws Exception {
                    HttpServer server = HttpServer.create(new InetSocketAddress(0), 0);
                    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
                    server.createContext("/", exchange -> {
                        byte[] body = exchange.getRequestURI().getPath().repeat(1000).getBytes();
                        exchange.sendResponseHeaders(200, body.length);
                        exchange.getResponseBody().write(body);
                        exchange.close();
                    });
                    server.start();
                    int port = server.getAddress().getPort();
                    try (HttpClient client = HttpClient.newHttpClient()) {
                        for (int i = 0; i < 50; i++) {
                            String body = client.send(
                                            HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/" + i)).build(),
                                            BodyHandlers.ofString())
                                    .body();
                            if (!body.equals(("/" + i).repeat(1000))) {
                                throw new AssertionError(body);
                            }
                        }
                    }
                    server.stop(0);
                    System.out.println("provider " + SelectorProvider.provider().getClass().getSimpleName());
                }
            }
            """;

    @Test
    void httpServerAndClientStayWithTheKernelOnLoopback() throws Exception {
        Outcome outcome = run("", HTTP);
        assertThat(outcome.output()).isEqualTo("provider RingroadSelectorProvider\n");
        assertThat(outcome.exitCode()).isZero();
    }

    private static final String SOCKETS =
            """
            import java.net.*;
            import java.nio.ByteBuffer;
            import java.nio.channels.*;

            public class Program {
                public static void main(String[] args) throws Exception {
                    try (ServerSocket server = new ServerSocket(0);
                            Socket client = new Socket("localhost", server.getLocalPort());
                            Socket accepted = server.accept()) {
                        client.getOutputStream().write("tcp ".getBytes());
                        System.out.print(new String(accepted.getInputStream().readNBytes(4)));
                    }
                    try (DatagramSocket server = new DatagramSocket(); MulticastSocket client = new MulticastSocket(0)) {
                        InetAddress local = InetAddress.getByName("127.0.0.1");
                        client.send(new DatagramPacket("udp ".getBytes(), 4, local, server.getLocalPort()));
                        DatagramPacket packet = new DatagramPacket(new byte[10], 10);
                        server.receive(packet);
                        System.out.print(new String(packet.getData(), 0, packet.getLength()));
                    }
                    UnixDomainSocketAddress path = UnixDomainSocketAddress.of(args[0]);
                    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                        server.bind(path);
                        try (SocketChannel client = SocketChannel.open(path); SocketChannel accepted = server.accept();
                                Selector selector = Selector.open()) {
                            accepted.configureBlocking(false);
                            accepted.register(selector, SelectionKey.OP_READ);
                            client.write(ByteBuffer.wrap("unix".getBytes()));
                            System.out.println("unix " + selector.select());
                        }
                    }
                }
            }
            """;

    @Test
    void socketsOfEveryKindStayWithTheKernel() throws Exception {
        Outcome outcome = run("profile=safe", SOCKETS, folder.resolve("unix.sock").toString());
        assertThat(outcome.output()).isEqualTo("tcp udp unix 1\n");
        assertThat(outcome.exitCode()).isZero();
    }

    private static final String NOTHING =
            """
            public class Program {
                public static void main(String[] args) {
                    System.out.println("the program has run");
                }
            }
            """;

    @Test
    void wrongArgumentsEndTheJvmBeforeTheProgram() throws Exception {
        for (String wrong :
                List.of(
                        "speed=high",
                        "profile=warp",
                        "net=nonsense",
                        "net=warp:core,ip=10.9.0.1/24",
                        "net=memif:/tmp/ringroad-no-address.sock",
                        "net=memif:/tmp/ringroad-bad-address.sock,ip=10.9.0.300/24",
                        "net=memif:/tmp/ringroad-bad-address.sock,ip=127.0.0.1/8",
                        "net=memif:/tmp/ringroad-bad-address.sock,ip=fe80::1/64",
                        "net=memif:/tmp/ringroad-bad-loss.sock,ip=10.9.0.1/24,loss=2",
                        "net=memif:/tmp/ringroad-bad-capture.sock,ip=10.9.0.1/24,capture=/nowhere/c",
                        "net=memif:/nowhere/at/all.sock,role=server,ip=10.9.0.1/24")) {
            Outcome outcome = run(wrong, NOTHING);
            assertThat(outcome.exitCode()).as(wrong).isEqualTo(2);
            assertThat(outcome.output())
                    .as(wrong)
                    .startsWith("ringroad: ")
                    .endsWith(".\n")
                    .doesNotContain("\tat ");
            assertThat(outcome.output().lines()).hasSize(1);
        }
    }

    @Test
    void environmentServesInsteadOfArguments() throws Exception {
        Outcome outcome = finish(start("", Map.of("RINGROAD_PROFILE", "warp"), NOTHING));
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.output()).contains("warp");
        outcome = finish(start("", Map.of("RINGROAD_NET", "nonsense"), NOTHING));
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.output()).contains("nonsense");
    }

    private static final String SERVER =
            """
            import java.io.*;
            import java.net.*;

            public class Program {
                public static void main(String[] args) throws Exception {
                    try (ServerSocket server = new ServerSocket(7000)) {
                        System.out.println("listening");
                        for (int i = 0; i < 2; i++) {
                            Socket accepted = server.accept();
                            System.out.println("from " + accepted.getInetAddress().getHostAddress());
                            byte[] all = accepted.getInputStream().readNBytes(1_000_000);
                            accepted.getOutputStream().write(all);
                            // Neither closed nor flushed: the JVM's end has to deliver it.
                        }
                    }
                }
            }
            """;

    private static final String CLIENT =
            """
            import java.net.*;
            import java.util.*;

            public class Program {
                public static void main(String[] args) throws Exception {
                    byte[] content = new byte[1_000_000];
                    new Random(1).nextBytes(content);
                    try (Socket socket = new Socket(args[0], 7000)) {
                        Thread writer = Thread.startVirtualThread(() -> {
                            try {
                                socket.getOutputStream().write(content);
                            } catch (java.io.IOException e) {
                                System.exit(3);
                            }
                        });
                        byte[] back = socket.getInputStream().readNBytes(content.length);
                        writer.join();
                        System.out.println(Arrays.equals(content, back) && socket.getInputStream().read() == -1);
                    }
                }
            }
            """;

    @Test
    void twoProgramsTalkOverMemif() throws Exception {
        String socket = folder.resolve("memif.sock").toString();
        Process server =
                start(
                        "profile=safe;net=memif:" + socket + ",role=server,ip=10.9.7.1/24",
                        Map.of(),
                        SERVER);
        var lines = server.inputReader();
        assertThat(lines.readLine()).isEqualTo("listening");
        String client = "profile=safe;net=memif:" + socket + ",role=client,ip=10.9.7.2/24";
        Process overMemif = start(client, Map.of(), CLIENT, "10.9.7.1");
        assertThat(lines.readLine()).isEqualTo("from 10.9.7.2");
        // The same listener hears a program that does not know of us.
        Process overKernel = start("", Map.of(), CLIENT, "127.0.0.1");
        assertThat(lines.readLine()).isEqualTo("from 127.0.0.1");
        assertThat(finish(overMemif)).isEqualTo(new Outcome(0, "true\n"));
        assertThat(finish(overKernel)).isEqualTo(new Outcome(0, "true\n"));
        assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isZero();
        assertThat(Path.of(socket)).doesNotExist();
    }
}
