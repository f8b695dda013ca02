package dev.ringroad.bench.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.BufferGroup;
import dev.ringroad.uring.Completion;
import dev.ringroad.uring.CompletionHandler;
import dev.ringroad.uring.FileTable;
import dev.ringroad.uring.Uring;
import dev.ringroad.uring.UringConfig;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A load for an echo server: each connection has one message of 64 bytes under way, and sends the
 * next when it is back. On a ring of its own, with one entry that receives for each connection, and
 * sends that complete without a word, so that it is lighter than any server.
 */
final class EchoLoad implements CompletionHandler, AutoCloseable {
    static final int MESSAGE_BYTES = 64;

    private static final int AF_INET = 2;
    private static final int STREAM = 1;
    private static final int CLOSE_ON_EXEC = 02000000;
    private static final int LOOPBACK = 0x7f000001;
    private static final int GROUP = 0;
    private static final int BUFFER_BYTES = 2 * MESSAGE_BYTES + 64;
    private static final int ENTRIES = 2048;
    private static final int ROUND = 256;
    private static final long NANOS_MAX = 10_000_000_000L;

    private final Arena arena = Arena.ofConfined();
    private final Uring ring;
    private final BufferGroup group;
    private final MemorySegment messages;
    private final int[] missing;
    private final long[] sentNanos;
    private final Histogram histogram = new Histogram(NANOS_MAX, 3);
    private long nowNanos;
    private long exchanges;
    private boolean recording;

    /** Connects so many times to a port of this machine. */
    EchoLoad(int port, int connections) throws IOException {
        ring = Uring.open(UringConfig.of(ENTRIES).withCompletionEntries(4 * ENTRIES));
        group = ring.registerBufferGroup(GROUP, ENTRIES, BUFFER_BYTES, false);
        messages = arena.allocate((long) connections * MESSAGE_BYTES, MESSAGE_BYTES);
        missing = new int[connections];
        sentNanos = new long[connections];
        FileTable table = ring.registerFiles(connections);
        MemorySegment address = arena.allocate(16, 4);
        address.set(JAVA_SHORT, 0, (short) AF_INET);
        address.set(JAVA_SHORT, 2, Short.reverseBytes((short) port));
        address.set(JAVA_INT, 4, Integer.reverseBytes(LOOPBACK));
        for (int i = 0; i < connections; i++) {
            messages.set(JAVA_LONG, (long) i * MESSAGE_BYTES, i);
            ring.sockets().prepareSocket(AF_INET, STREAM | CLOSE_ON_EXEC, 0);
            int socket = single("socket()");
            table.set(i, socket);
            ring.files().prepareClose(socket); // the table keeps it open
            int ignored = single("close()");
            ring.sockets().prepareConnect(i, address).fixedFile();
            ignored = single("connect(port " + port + ")");
            ring.sockets().prepareReceiveMultishot(i, GROUP, 0).fixedFile().token(i);
        }
    }

    private int single(String call) throws SystemCallException {
        int[] result = new int[1];
        boolean[] done = new boolean[1];
        while (!done[0]) {
            int ignored = ring.submitAndWait(1);
            ring.poll(
                    (token, value, flags) -> {
                        result[0] = value;
                        done[0] = true;
                    },
                    1);
        }
        if (result[0] < 0) {
            throw new SystemCallException(call, -result[0], "");
        }
        return result[0];
    }

    /** Begins all exchanges; they go on in {@link #run}. */
    void begin() {
        nowNanos = System.nanoTime();
        for (int i = 0; i < missing.length; i++) {
            send(i);
        }
    }

    /**
     * Runs for so long.
     *
     * @param counts whether latencies are recorded
     * @return exchanges a second
     */
    double run(long nanos, boolean counts) {
        recording = counts;
        exchanges = 0;
        long start = System.nanoTime();
        do {
            int ignored = ring.submitAndWait(1);
            nowNanos = System.nanoTime();
            while (ring.poll(this, ROUND) > 0) {
                nowNanos = System.nanoTime();
            }
        } while (nowNanos - start < nanos);
        return exchanges * 1e9 / (nowNanos - start);
    }

    @Override
    public void onCompletion(long token, int result, int flags) {
        int connection = (int) token;
        if (result <= 0) {
            if (result == -Errno.ENOBUFS) {
                receiveAgain(connection);
                return;
            }
            throw new IllegalStateException(
                    "Connection " + connection + " ended: " + Errno.nameOf(-result));
        }
        group.giveBack(Completion.bufferId(flags));
        group.publish();
        if (Completion.isLast(flags)) {
            receiveAgain(connection);
        }
        int left = missing[connection] - result;
        missing[connection] = left;
        if (left < 0) {
            throw new IllegalStateException(-left + " bytes came that nobody sent");
        }
        if (left == 0) {
            exchanges++;
            if (recording) {
                histogram.recordValue(nowNanos - sentNanos[connection]);
            }
            send(connection);
        }
    }

    private void receiveAgain(int connection) {
        room();
        ring.sockets().prepareReceiveMultishot(connection, GROUP, 0).fixedFile().token(connection);
    }

    private void send(int connection) {
        room();
        missing[connection] = MESSAGE_BYTES;
        sentNanos[connection] = nowNanos;
        ring.sockets()
                .prepareSend(
                        connection, messages, (long) connection * MESSAGE_BYTES, MESSAGE_BYTES, 0)
                .fixedFile()
                .skipOnSuccess();
    }

    private void room() {
        if (ring.free() == 0) {
            int ignored = ring.submit();
        }
    }

    /** Latencies of what was recorded, in nanoseconds. */
    Histogram histogram() {
        return histogram;
    }

    @Override
    public void close() {
        ring.close();
        group.close();
        arena.close();
    }
}
