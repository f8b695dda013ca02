package dev.ringroad.bench.uring;

import dev.ringroad.uring.serve.EchoHandler;
import dev.ringroad.uring.serve.ServerThreads;
import dev.ringroad.uring.socket.ServerConfig;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Our echo server in a JVM of its own, on one loop, until standard input ends. */
public final class EchoServerProgram {

    private EchoServerProgram() {}

    /**
     * Prints {@code READY port=N}.
     *
     * @param args the most connections
     */
    public static void main(String[] args) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        ServerConfig config = ServerConfig.of(address, Integer.parseInt(args[0]));
        try (ServerThreads server = ServerThreads.start(config, 1, 0, _ -> new EchoHandler())) {
            System.out.println("READY port=" + ((InetSocketAddress) server.address()).getPort());
            System.out.flush();
            while (System.in.read() >= 0) {
                // what comes says only that somebody is there
            }
        }
    }
}
