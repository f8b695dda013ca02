package unmodified;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Many clients of an echo server at once, each on a virtual thread, each checking every byte:
 * {@code EchoClients HOST PORT CLIENTS ROUNDS}.
 */
public final class EchoClients {
    private static final int MESSAGE_BYTES_MAX = 20_000;

    private EchoClients() {}

    public static void main(String[] args) {
        String host = args[0];
        int port = Integer.parseInt(args[1]);
        int clients = Integer.parseInt(args[2]);
        int rounds = Integer.parseInt(args[3]);
        AtomicLong bytes = new AtomicLong();
        AtomicLong failures = new AtomicLong();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                long seed = i;
                threads.execute(
                        () -> {
                            try {
                                bytes.addAndGet(talk(host, port, rounds, seed));
                            } catch (IOException | RuntimeException e) {
                                failures.incrementAndGet();
                                System.out.println("client " + seed + ": " + e);
                            }
                        });
            }
        }
        System.out.println("DONE clients " + clients + " failures " + failures + " bytes " + bytes);
        System.exit(failures.get() == 0 ? 0 : 1);
    }

    private static long talk(String host, int port, int rounds, long seed) throws IOException {
        Random random = new Random(seed);
        long total = 0;
        try (Socket socket = new Socket(host, port)) {
            OutputStream out = socket.getOutputStream();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int round = 0; round < rounds; round++) {
                byte[] sent = new byte[1 + random.nextInt(MESSAGE_BYTES_MAX)];
                random.nextBytes(sent);
                out.write(sent);
                byte[] received = new byte[sent.length];
                in.readFully(received);
                if (!Arrays.equals(sent, received)) {
                    throw new IllegalStateException("round " + round + " came back changed");
                }
                total += sent.length;
            }
        }
        return total;
    }
}
