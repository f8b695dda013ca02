package unmodified;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An echo server with one virtual thread a connection: {@code VirtualThreadServer HOST PORT}. */
public final class VirtualThreadServer {
    private static final int BACKLOG = 256;

    private VirtualThreadServer() {}

    public static void main(String[] args) throws IOException {
        InetAddress address = InetAddress.getByName(args[0]);
        try (ServerSocket server = new ServerSocket(Integer.parseInt(args[1]), BACKLOG, address);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            System.out.println("READY");
            while (true) {
                Socket socket = server.accept();
                threads.execute(() -> echo(socket));
            }
        }
    }

    private static void echo(Socket socket) {
        byte[] buffer = new byte[16 * 1024];
        try (socket) {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
        } catch (IOException e) {
            System.out.println("LOST " + e);
        }
    }
}
