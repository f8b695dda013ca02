package dev.ringroad.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import unmodified.EchoClients;
import unmodified.HttpPosts;
import unmodified.JettyServer;
import unmodified.NettyServer;
import unmodified.SteadyClient;
import unmodified.VirtualThreadServer;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Unmodified servers and clients in processes of their own, joined by memif alone. */
final class MemifLabTest {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String SERVER = "10.9.0.1";

    @TempDir private Path folder;

    private String socket;

    @BeforeEach
    void nameSocket() {
        socket = folder.resolve("memif.sock").toString();
    }

    @Test
    void nettyEchoesToManyClients() throws Exception {
        try (Child server = serve(Ringroad.program(NettyServer.class, "echo", SERVER, "7001"))) {
            assertThat(use(Ringroad.program(EchoClients.class, SERVER, "7001", "50", "20")))
                    .contains("DONE clients 50 failures 0");
            assertThat(server.isAlive()).isTrue();
        }
    }

    @Test
    void nettyServesTheJdksHttpClient() throws Exception {
        try (Child server = serve(Ringroad.program(NettyServer.class, "http", SERVER, "8001"))) {
            assertThat(
                            use(
                                    Ringroad.program(
                                            HttpPosts.class,
                                            "http://10.9.0.1:8001/",
                                            "50",
                                            "300000")))
                    .contains("DONE 58");
            assertThat(server.isAlive()).isTrue();
        }
    }

    @Test
    void jettyServesTheJdksHttpClient() throws Exception {
        try (Child server = serve(Ringroad.program(JettyServer.class, SERVER, "8002"))) {
            assertThat(
                            use(
                                    Ringroad.program(
                                            HttpPosts.class,
                                            "http://10.9.0.1:8002/",
                                            "50",
                                            "300000")))
                    .contains("DONE 58");
            assertThat(server.isAlive()).isTrue();
        }
    }

    @Test
    void aVirtualThreadServesEachConnection() throws Exception {
        try (Child server = serve(Ringroad.program(VirtualThreadServer.class, SERVER, "7003"))) {
            assertThat(use(Ringroad.program(EchoClients.class, SERVER, "7003", "200", "10")))
                    .contains("DONE clients 200 failures 0");
            assertThat(server.isAlive()).isTrue();
        }
    }

    @Test
    void aServerThatIsKilledLosesItsClientsAndIsTakenUpAgainWhenItReturns() throws Exception {
        List<String> program = Ringroad.program(VirtualThreadServer.class, SERVER, "7004");
        Child first = serve(program);
        try (Child client =
                Child.start(
                        Ringroad.run(
                                clientSpec(),
                                Ringroad.program(SteadyClient.class, SERVER, "7004", "1")))) {
            client.awaitOutput("CONNECTED", SOON);
            first.kill();
            try (Child second = serve(program)) {
                assertThat(client.awaitExit(SOON)).as(client.report()).isZero();
                assertThat(client.output()).contains("LOST 1").contains("DONE losses 1");
                assertThat(second.isAlive()).isTrue();
            }
        } finally {
            first.close();
        }
    }

    @Test
    void aCaptureHasWhatTheDeviceReceivedAndSent() throws Exception {
        Requirement.programs("tshark", "tshark");
        Path file = folder.resolve("client.pcapng");
        try (Child server = serve(Ringroad.program(VirtualThreadServer.class, SERVER, "7005"))) {
            List<String> clients = Ringroad.program(EchoClients.class, SERVER, "7005", "3", "2");
            Child.run(SOON, Ringroad.run(clientSpec() + ",capture=" + file, clients));
            assertThat(server.isAlive()).isTrue();
        }
        assertThat(frames(file, "tcp.flags.syn==1 && tcp.flags.ack==0")).hasSize(3);
        assertThat(frames(file, "tcp.flags.syn==1 && tcp.flags.ack==1")).hasSize(3);
        assertThat(frames(file, "tcp.flags.fin==1 && ip.src==10.9.0.2")).hasSize(3);
    }

    private static List<String> frames(Path capture, String filter) throws InterruptedException {
        return Child.run(SOON, "tshark", "-r", capture.toString(), "-Y", filter)
                .lines()
                .filter(line -> line.contains("TCP"))
                .toList();
    }

    @Test
    void everyByteArrivesOverABadWire() throws Exception {
        String bad = ",loss=0.05,duplicate=0.02,reorder=0.05,corrupt=0.01,delay=200us,seed=7";
        try (Child server = serve(Ringroad.program(VirtualThreadServer.class, SERVER, "7006"))) {
            List<String> clients = Ringroad.program(EchoClients.class, SERVER, "7006", "5", "5");
            assertThat(Child.run(SOON, Ringroad.run(clientSpec() + bad, clients)))
                    .contains("DONE clients 5 failures 0");
            assertThat(server.isAlive()).isTrue();
        }
    }

    private Child serve(List<String> program) throws IOException, InterruptedException {
        Child server =
                Child.start(
                        Ringroad.run("memif:" + socket + ",role=server,ip=10.9.0.1/24", program));
        try {
            server.awaitOutput("READY", SOON);
        } catch (AssertionError | InterruptedException e) {
            server.close();
            throw e;
        }
        return server;
    }

    private String clientSpec() {
        return "memif:" + socket + ",role=client,ip=10.9.0.2/24";
    }

    private String use(List<String> program) throws InterruptedException {
        return Child.run(SOON, Ringroad.run(clientSpec(), program));
    }
}
