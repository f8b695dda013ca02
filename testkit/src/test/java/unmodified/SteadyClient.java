package unmodified;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Talks to an echo server for as long as it takes, connecting anew whenever the connection is lost,
 * and ends after as many losses as it is told: {@code SteadyClient HOST PORT LOSSES}.
 */
public final class SteadyClient {
    private static final int CONNECT_MILLIS = 1_000;
    private static final int PAUSE_MILLIS = 50;

    /** A server may die owing an answer and nothing else; then TCP has nothing to find out with. */
    private static final int READ_MILLIS = 5_000;

    private static final int ROUNDS_AFTER_LAST_LOSS = 20;

    private SteadyClient() {}

    public static void main(String[] args) throws InterruptedException {
        InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        int lossesToSee = Integer.parseInt(args[2]);
        int losses = 0;
        while (true) {
            boolean connected = false;
            try (Socket socket = new Socket()) {
                socket.connect(server, CONNECT_MILLIS);
                connected = true;
                socket.setSoTimeout(READ_MILLIS);
                System.out.println("CONNECTED");
                if (talk(socket, losses == lossesToSee)) {
                    System.out.println("DONE losses " + losses);
                    return;
                }
            } catch (IOException e) {
                if (connected) {
                    losses++;
                    System.out.println("LOST " + losses + ": " + e.getMessage());
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private static boolean talk(Socket socket, boolean last)
            throws IOException, InterruptedException {
        OutputStream out = socket.getOutputStream();
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] message = new byte[256];
        for (int round = 0; !last || round < ROUNDS_AFTER_LAST_LOSS; round++) {
            message[0] = (byte) round;
            out.write(message);
            byte[] echo = in.readNBytes(message.length);
            if (echo.length < message.length) {
                throw new IOException("end of stream");
            }
            if (echo[0] != (byte) round) {
                throw new IllegalStateException("round " + round + " came back changed");
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        return true;
    }
}
