package dev.ringroad.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

@Timeout(60)
final class UringEchoTest {

    @Test
    void everyConnectionHasItsOwnBytesBack() throws Exception {
        try (UringEcho server = UringEcho.open(0)) {
            int port = ((InetSocketAddress) server.address()).getPort();
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            for (int i = 0; i < clients.size(); i++) {
                byte[] sent = new byte[10_000];
                new Random(i).nextBytes(sent);
                Socket client = clients.get(i);
                client.getOutputStream().write(sent);
                client.shutdownOutput();
                assertThat(client.getInputStream().readAllBytes()).isEqualTo(sent);
                client.close();
            }
        }
    }
}
