package dev.ringroad.stack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Segments with random flags, numbers, options and lengths into live connections and listeners:
 * never an exception, never a leak, never a byte that was not sent. Failures name their seed.
 */
class TcpFuzzTest {
    private static final long SEEDS = Long.getLong("ringroad.tcp.fuzz", 300);

    @Test
    void anySegmentIsSurvived() {
        for (long seed = 0; seed < SEEDS; seed++) {
            try {
                run(new Random(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void run(Random random) {
        try (TcpScript script = new TcpScript()) {
            TcpListener listener = script.listening(4);
            script.timestampsOn = random.nextBoolean();
            List<TcpConnection> connections = new ArrayList<>();
            connections.add(script.connected());
            for (int i = 0; i < 300; i++) {
                step(script, random, connections);
                TcpConnection accepted = listener.accept();
                if (accepted != null) {
                    connections.add(accepted);
                }
                script.ignoreSent();
            }
            for (TcpConnection c : connections) {
                c.close(script.now);
            }
            listener.close(script.now);
            script.elapse(4000L * TcpScript.SECOND);
            script.ignoreSent();
            assertThat(script.stack.tcp().connections()).isEmpty();
        }
    }

    private static void step(TcpScript script, Random random, List<TcpConnection> connections) {
        TcpConnection c = connections.get(random.nextInt(connections.size()));
        switch (random.nextInt(12)) {
            case 0 -> script.elapse(random.nextLong(3 * TcpScript.SECOND));
            case 1 -> script.write(c, 1 + random.nextInt(5000));
            case 2 -> c.read(new byte[3000], 0, 3000, script.now);
            case 3 -> {
                if (random.nextInt(10) == 0) {
                    c.shutdownWrite(script.now);
                }
            }
            case 4 -> {
                if (random.nextInt(20) == 0) {
                    c.shutdownRead(script.now);
                }
            }
            default -> segment(script, random);
        }
    }

    private static void segment(TcpScript script, Random random) {
        int flags =
                random.nextInt(3) == 0
                        ? random.nextInt(256)
                        : TcpScript.ACK | (random.nextInt(20) == 0 ? TcpScript.FIN : 0);
        if (random.nextInt(10) == 0) {
            script.ownPort = random.nextBoolean() ? 80 : script.ownPort;
            script.peerPort = 4000 + random.nextInt(3);
        }
        TcpScript.Incoming incoming = script.peer(flags);
        incoming.sequence(number(random, script.peerNext));
        incoming.acknowledgment(number(random, script.stackNext));
        incoming.window(random.nextInt(8) == 0 ? random.nextInt(300) : random.nextInt(65536));
        if (random.nextInt(4) == 0) {
            incoming.mss(random.nextInt(3) == 0 ? 1 + random.nextInt(100) : 1460);
        }
        if (random.nextInt(6) == 0) {
            incoming.shift(random.nextInt(256) & 0x7f);
        }
        if (random.nextInt(4) == 0) {
            incoming.timestamps(script.peerClock + random.nextInt(2000) - 500, random.nextInt());
        }
        incoming.data(TcpScript.stream(0, random.nextInt(3) == 0 ? 0 : random.nextInt(1400)));
        int before = script.peerNext;
        if (random.nextInt(5) == 0) {
            byte[] frame = incoming.bytes();
            int cut = 34 + random.nextInt(frame.length - 33);
            byte[] broken = java.util.Arrays.copyOf(frame, cut);
            for (int i = random.nextInt(4); i > 0; i--) {
                broken[14 + random.nextInt(broken.length - 14)] = (byte) random.nextInt();
            }
            script.deliver(broken);
        } else {
            incoming.send();
        }
        if (script.peerNext - before > 5000 || script.peerNext < before) {
            script.peerNext = before;
        }
    }

    private static int number(Random random, int expected) {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextInt();
            case 1 -> expected + random.nextInt(5000) - 2500;
            case 2 -> expected + random.nextInt(140_000) - 70_000;
            case 3 -> 0;
            default -> expected;
        };
    }
}
