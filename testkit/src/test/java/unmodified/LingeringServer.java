package unmodified;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Waits for a connection until it is ended, or ends itself: {@code LingeringServer HOST PORT
 * [EXIT_CODE]}.
 */
public final class LingeringServer {
    private LingeringServer() {}

    public static void main(String[] args) throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("HOOK")));
        InetAddress host = InetAddress.getByName(args[0]);
        try (ServerSocket server = new ServerSocket(Integer.parseInt(args[1]), 0, host)) {
            System.out.println("READY");
            if (args.length > 2) {
                System.exit(Integer.parseInt(args[2]));
            }
            server.accept().close();
        }
    }
}
