package dev.ringroad.stack.tcp;

import dev.ringroad.stack.endpoint.Endpoint;

import java.util.Random;
import java.util.function.Function;

/**
 * One end's program: writes a known stream in odd pieces, reads and compares the other's, closes.
 */
final class SimApplication {
    private static final long MILLI = 1_000_000L;

    private final TcpConnection connection;
    private final boolean client;
    private final long streamSeed;
    private final Random random;
    private final long bytesToWrite;
    private final long bytesToRead;
    private final int pieceBytes;
    private final boolean lazyReader;
    private final boolean closesEarly;
    private final byte[] buffer = new byte[20_000];
    private long written;
    private long read;
    private boolean finished;
    private boolean shut;
    private boolean sawEnd;
    private int error;
    private long wakeNanos = Long.MIN_VALUE;
    private String mismatch = "";

    SimApplication(TcpConnection connection, boolean client, long streamSeed, Random random) {
        this.connection = connection;
        this.client = client;
        this.streamSeed = streamSeed;
        this.random = random;
        bytesToWrite = bytes(client);
        bytesToRead = bytes(!client);
        pieceBytes = 1 + random.nextInt(random.nextInt(3) == 0 ? 200 : buffer.length);
        lazyReader = random.nextInt(4) == 0;
        closesEarly = random.nextBoolean();
        connection.noDelay(random.nextBoolean());
        // Without it an end whose peer has given up would rightly wait for ever.
        connection.keepAlive(true);
    }

    /** How many bytes an end writes follows from the seed, so that both ends know. */
    private long bytes(boolean fromClient) {
        Random r = new Random(streamSeed * 2 + (fromClient ? 1 : 0));
        r.nextInt();
        return switch (r.nextInt(5)) {
            case 0 -> 0;
            case 1 -> 1 + r.nextInt(20);
            case 2 -> r.nextInt(2_000);
            case 3 -> r.nextInt(60_000);
            default -> r.nextInt(150_000);
        };
    }

    private byte at(long position, boolean fromClient) {
        long x = (position ^ streamSeed << 32 ^ (fromClient ? 0x5555 : 0)) * 0x9e3779b97f4a7c15L;
        return (byte) (x >>> 56);
    }

    boolean isFinished() {
        return finished;
    }

    /** A client that is connected but whose peer has not been accepted yet. */
    boolean isWaitingForPeer() {
        return client && error == 0 && connection.state() != TcpState.CLOSED;
    }

    long wakeNanos() {
        return finished || wakeNanos == Long.MIN_VALUE ? Long.MAX_VALUE : wakeNanos;
    }

    void run(long nowNanos) {
        if (finished || nowNanos < wakeNanos) {
            return;
        }
        wakeNanos = Long.MIN_VALUE;
        write(nowNanos);
        read(nowNanos);
        if (error != 0) {
            finish(nowNanos);
            return;
        }
        if (written == bytesToWrite && !shut && connection.state() != TcpState.SYN_SENT) {
            shut = true;
            if (!(closesEarly && sawEnd)) {
                connection.shutdownWrite(nowNanos);
            }
        }
        if (shut && sawEnd) {
            finish(nowNanos);
        }
    }

    private void finish(long nowNanos) {
        finished = true;
        connection.close(nowNanos);
    }

    private void write(long nowNanos) {
        while (written < bytesToWrite && (connection.ready() & Endpoint.WRITE) != 0) {
            int n = (int) Math.min(pieceBytes, bytesToWrite - written);
            for (int i = 0; i < n; i++) {
                buffer[i] = at(written + i, client);
            }
            int taken = connection.write(buffer, 0, n, nowNanos);
            if (taken < 0) {
                error = taken;
                return;
            }
            written += taken;
            if (taken < n) {
                return;
            }
        }
    }

    private void read(long nowNanos) {
        if (sawEnd || (connection.ready() & Endpoint.READ) == 0) {
            return;
        }
        if (lazyReader && random.nextInt(3) == 0) {
            wakeNanos =
                    nowNanos + random.nextLong(random.nextInt(10) == 0 ? 5000 * MILLI : 20 * MILLI);
            return;
        }
        while (true) {
            int n = connection.read(buffer, 0, 1 + random.nextInt(buffer.length), nowNanos);
            if (n == 0) {
                return;
            }
            if (n == -1) {
                sawEnd = true;
                return;
            }
            if (n < 0) {
                error = n;
                return;
            }
            for (int i = 0; i < n; i++) {
                if (buffer[i] != at(read + i, !client) && mismatch.isEmpty()) {
                    mismatch = "byte " + (read + i) + " is wrong";
                }
            }
            read += n;
            if (lazyReader && random.nextInt(4) == 0) {
                wakeNanos = nowNanos + 1 + random.nextLong(100 * MILLI);
                return;
            }
        }
    }

    void check(boolean mustSucceed, Function<String, AssertionError> failure) {
        if (!mismatch.isEmpty()) {
            throw failure.apply(mismatch);
        }
        if (error != 0) {
            boolean unreachable = error == TcpError.UNREACHABLE; // ARP may lose as well
            boolean specified =
                    error == TcpError.TIMED_OUT
                            || error == TcpError.RESET
                            || error == TcpError.PIPE
                            || error == TcpError.REFUSED
                            || error == TcpError.UNREACHABLE;
            if ((mustSucceed && !unreachable) || !specified) {
                throw failure.apply("failed with " + TcpError.message(error));
            }
            return;
        }
        if (read != bytesToRead) {
            throw failure.apply("read " + read + " of " + bytesToRead);
        }
    }

    @Override
    public String toString() {
        return (client ? "client " : "server ")
                + connection
                + " written "
                + written
                + "/"
                + bytesToWrite
                + " read "
                + read
                + "/"
                + bytesToRead
                + (finished ? " finished" : "")
                + (error != 0 ? " " + TcpError.message(error) : "")
                + " "
                + connection.info();
    }
}
