package dev.ringroad.stack.socket;

import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.Protocols;
import dev.ringroad.stack.tcp.TcpState;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the sockets of another process. Whoever wrote the file is not trusted: all of it is
 * checked, and it is copied by reads rather than mapped, so that a file that is cut meanwhile gives
 * an error and not a fault.
 */
public final class SocketTableReader {
    private static final int ATTEMPTS = 50;

    /**
     * One socket.
     *
     * @param protocol {@code tcp} or {@code udp}
     * @param state TCP's; a UDP endpoint is ESTABLISHED when connected and CLOSED when not
     * @param receiveQueue bytes received and not read; of a listener, connections not accepted
     * @param sendQueue bytes written and not acknowledged; of a listener, its backlog
     * @param bytesReceived in all
     * @param bytesSent in all; with TCP, what the peer has acknowledged
     * @param retransmits segments sent again
     * @param roundTripNanos smoothed; 0 when not measured
     * @param segmentBytes largest payload of a segment sent
     * @param congestionWindowBytes most bytes in flight
     * @param timeoutNanos retransmission time-out
     */
    public record Row(
            String protocol,
            TcpState state,
            IpAddress local,
            int localPort,
            IpAddress remote,
            int remotePort,
            int receiveQueue,
            int sendQueue,
            long bytesReceived,
            long bytesSent,
            long retransmits,
            long roundTripNanos,
            int segmentBytes,
            int congestionWindowBytes,
            long timeoutNanos) {}

    /**
     * All sockets of a process at one moment.
     *
     * @param pid the process
     * @param writtenEpochMillis the moment, in milliseconds since 1970
     * @param rows the sockets
     * @param missing how many more had no room in the table
     * @param timeWait connections in TIME-WAIT, which have no row
     */
    public record Snapshot(
            long pid, long writtenEpochMillis, List<Row> rows, int missing, int timeWait) {}

    private SocketTableReader() {}

    /**
     * Reads the table.
     *
     * @throws IOException with one sentence that says what is wrong with the file
     */
    public static Snapshot read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header = read(file, channel, 0, SocketTableLayout.HEADER_BYTES);
            checkHeader(file, channel, header);
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                long before = sequence(file, channel);
                if ((before & 1) == 0) {
                    header = read(file, channel, 0, SocketTableLayout.HEADER_BYTES);
                    int rows = rowCount(file, header);
                    ByteBuffer body =
                            read(
                                    file,
                                    channel,
                                    SocketTableLayout.HEADER_BYTES,
                                    rows * SocketTableLayout.ROW_BYTES);
                    if (sequence(file, channel) == before) {
                        return snapshot(file, header, body, rows);
                    }
                }
                Thread.yield();
            }
        }
        throw new IOException(
                "The socket table "
                        + file
                        + " did not stay still; its process may have died while writing.");
    }

    private static void checkHeader(Path file, FileChannel channel, ByteBuffer header)
            throws IOException {
        check(header.getLong(0) == SocketTableLayout.MAGIC, file, "is no socket table");
        int version = header.getInt(SocketTableLayout.VERSION_OFFSET);
        check(
                version == SocketTableLayout.VERSION,
                file,
                "has version "
                        + version
                        + ", and this Ringroad reads "
                        + SocketTableLayout.VERSION);
        int capacity = header.getInt(SocketTableLayout.CAPACITY_OFFSET);
        check(
                header.getInt(SocketTableLayout.HEADER_BYTES_OFFSET)
                                == SocketTableLayout.HEADER_BYTES
                        && header.getInt(SocketTableLayout.ROW_BYTES_OFFSET)
                                == SocketTableLayout.ROW_BYTES
                        && capacity >= 1
                        && capacity <= SocketTableLayout.ROWS_MAX,
                file,
                "claims sizes that cannot be");
        check(channel.size() >= SocketTableLayout.fileBytes(capacity), file, "is cut");
    }

    private static int rowCount(Path file, ByteBuffer header) throws IOException {
        int rows = header.getInt(SocketTableLayout.ROWS_OFFSET);
        int capacity = header.getInt(SocketTableLayout.CAPACITY_OFFSET);
        check(
                rows >= 0 && rows <= capacity && capacity <= SocketTableLayout.ROWS_MAX,
                file,
                "claims " + rows + " rows where " + capacity + " fit");
        return rows;
    }

    private static long sequence(Path file, FileChannel channel) throws IOException {
        return read(file, channel, SocketTableLayout.SEQUENCE_OFFSET, Long.BYTES).getLong(0);
    }

    private static Snapshot snapshot(Path file, ByteBuffer header, ByteBuffer body, int count)
            throws IOException {
        List<Row> rows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            rows.add(row(file, body, i * SocketTableLayout.ROW_BYTES));
        }
        return new Snapshot(
                header.getLong(SocketTableLayout.PID_OFFSET),
                header.getLong(SocketTableLayout.WRITTEN_OFFSET),
                List.copyOf(rows),
                header.getInt(SocketTableLayout.MISSING_OFFSET),
                header.getInt(SocketTableLayout.TIME_WAIT_OFFSET));
    }

    private static Row row(Path file, ByteBuffer body, int at) throws IOException {
        int state = body.get(at + SocketTableLayout.STATE);
        int protocol = body.get(at + SocketTableLayout.PROTOCOL);
        TcpState[] states = TcpState.values();
        check(
                state >= 0
                        && state < states.length
                        && (protocol == Protocols.TCP || protocol == Protocols.UDP),
                file,
                "has a row of protocol " + protocol + " in state " + state);
        return new Row(
                protocol == Protocols.TCP ? "tcp" : "udp",
                states[state],
                address(body, at + SocketTableLayout.LOCAL),
                body.getShort(at + SocketTableLayout.LOCAL_PORT) & 0xffff,
                address(body, at + SocketTableLayout.REMOTE),
                body.getShort(at + SocketTableLayout.REMOTE_PORT) & 0xffff,
                body.getInt(at + SocketTableLayout.RECEIVE_QUEUE),
                body.getInt(at + SocketTableLayout.SEND_QUEUE),
                body.getLong(at + SocketTableLayout.BYTES_RECEIVED),
                body.getLong(at + SocketTableLayout.BYTES_SENT),
                body.getLong(at + SocketTableLayout.RETRANSMITS),
                body.getLong(at + SocketTableLayout.ROUND_TRIP),
                body.getInt(at + SocketTableLayout.SEGMENT_BYTES),
                body.getInt(at + SocketTableLayout.CONGESTION_WINDOW),
                body.getLong(at + SocketTableLayout.TIMEOUT));
    }

    private static IpAddress address(ByteBuffer body, int at) {
        return new IpAddress(body.getLong(at), body.getLong(at + Long.BYTES));
    }

    private static ByteBuffer read(Path file, FileChannel channel, long at, int bytes)
            throws IOException {
        ByteBuffer into = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
        while (into.hasRemaining()) {
            check(channel.read(into, at + into.position()) > 0, file, "is cut");
        }
        return into;
    }

    private static void check(boolean fact, Path file, String otherwise) throws IOException {
        if (!fact) {
            throw new IOException("The file " + file + " " + otherwise + ".");
        }
    }
}
