package dev.ringroad.stack.socket;

import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.core.worker.Timer;
import dev.ringroad.stack.NetStack;
import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.Protocols;
import dev.ringroad.stack.tcp.TcpConnection;
import dev.ringroad.stack.tcp.TcpInfo;
import dev.ringroad.stack.tcp.TcpListener;
import dev.ringroad.stack.tcp.TcpState;
import dev.ringroad.stack.udp.UdpEndpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * Shows a stack's sockets to other processes: a file of fixed rows that the stack's owner writes
 * anew twice a second and {@link SocketTableReader} reads. It hangs in the stack's timing wheel, so
 * nobody has to remember it.
 */
public final class SocketTable implements AutoCloseable {
    private static final long INTERVAL_NANOS = 500_000_000L;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final VarHandle LONG_HANDLE = LONG.varHandle();

    private final SharedRegion region;
    private final MemorySegment segment;
    private final int capacity;
    private final NetStack stack;
    private final Refresh refresh = new Refresh();
    private long sequence;
    private int rows;
    private int missing;
    private boolean closed;

    private SocketTable(SharedRegion region, int capacity, NetStack stack) {
        this.region = region;
        this.segment = region.segment();
        this.capacity = capacity;
        this.stack = stack;
        segment.set(INT, SocketTableLayout.VERSION_OFFSET, SocketTableLayout.VERSION);
        segment.set(INT, SocketTableLayout.HEADER_BYTES_OFFSET, SocketTableLayout.HEADER_BYTES);
        segment.set(INT, SocketTableLayout.ROW_BYTES_OFFSET, SocketTableLayout.ROW_BYTES);
        segment.set(INT, SocketTableLayout.CAPACITY_OFFSET, capacity);
        segment.set(LONG, SocketTableLayout.PID_OFFSET, ProcessHandle.current().pid());
        // Last and released: a reader who finds the magic finds the header whole.
        LONG_HANDLE.setRelease(segment, 0L, SocketTableLayout.MAGIC);
    }

    /**
     * Makes the file, replacing one of that name, and keeps it up to date from here on. To be
     * called by the stack's owner.
     *
     * @param capacity how many sockets are shown at most; more are only counted
     * @param nowNanos the stack's time
     * @throws IOException when the file cannot be made
     */
    public static SocketTable create(Path file, int capacity, NetStack stack, long nowNanos)
            throws IOException {
        if (capacity < 1 || capacity > SocketTableLayout.ROWS_MAX) {
            throw new IllegalArgumentException(
                    "A socket table has 1 to "
                            + SocketTableLayout.ROWS_MAX
                            + " rows, not "
                            + capacity
                            + ".");
        }
        SharedRegion region =
                SharedRegion.mapFile(file, SocketTableLayout.fileBytes(capacity), true, true);
        SocketTable table = new SocketTable(region, capacity, stack);
        table.write();
        table.stack.timers().schedule(table.refresh, nowNanos + INTERVAL_NANOS);
        return table;
    }

    /** Writes the table as the sockets are now. */
    public void write() {
        LONG_HANDLE.setOpaque(segment, (long) SocketTableLayout.SEQUENCE_OFFSET, ++sequence);
        // No row may be seen changed by a reader who has not seen the odd number before it.
        VarHandle.releaseFence();
        rows = 0;
        missing = 0;
        for (TcpListener listener : stack.tcp().listeners()) {
            writeListener(listener);
        }
        for (TcpConnection connection : stack.tcp().connections()) {
            writeConnection(connection);
        }
        for (UdpEndpoint endpoint : stack.udp().endpoints()) {
            writeUdp(endpoint);
        }
        segment.set(INT, SocketTableLayout.ROWS_OFFSET, rows);
        segment.set(INT, SocketTableLayout.MISSING_OFFSET, missing);
        segment.set(INT, SocketTableLayout.TIME_WAIT_OFFSET, stack.tcp().timeWaitConnections());
        segment.set(LONG, SocketTableLayout.WRITTEN_OFFSET, System.currentTimeMillis());
        LONG_HANDLE.setRelease(segment, (long) SocketTableLayout.SEQUENCE_OFFSET, ++sequence);
    }

    private void writeListener(TcpListener listener) {
        long at = beginRow(listener, Protocols.TCP, TcpState.LISTEN.ordinal());
        if (at < 0) {
            return;
        }
        segment.set(INT, at + SocketTableLayout.RECEIVE_QUEUE, listener.pending());
        segment.set(INT, at + SocketTableLayout.SEND_QUEUE, listener.backlog());
    }

    private void writeConnection(TcpConnection connection) {
        long at = beginRow(connection, Protocols.TCP, connection.state().ordinal());
        if (at < 0) {
            return;
        }
        TcpInfo info = connection.info();
        segment.set(INT, at + SocketTableLayout.RECEIVE_QUEUE, info.receiveQueueBytes());
        segment.set(INT, at + SocketTableLayout.SEND_QUEUE, info.sendQueueBytes());
        segment.set(LONG, at + SocketTableLayout.BYTES_RECEIVED, info.bytesReceived());
        segment.set(LONG, at + SocketTableLayout.BYTES_SENT, info.bytesAcknowledged());
        segment.set(LONG, at + SocketTableLayout.RETRANSMITS, info.retransmittedSegments());
        segment.set(LONG, at + SocketTableLayout.ROUND_TRIP, info.smoothedRttNanos());
        segment.set(INT, at + SocketTableLayout.SEGMENT_BYTES, info.segmentBytes());
        segment.set(INT, at + SocketTableLayout.CONGESTION_WINDOW, info.congestionWindowBytes());
        segment.set(LONG, at + SocketTableLayout.TIMEOUT, info.timeoutNanos());
    }

    private void writeUdp(UdpEndpoint endpoint) {
        TcpState shown = endpoint.isConnected() ? TcpState.ESTABLISHED : TcpState.CLOSED;
        long at = beginRow(endpoint, Protocols.UDP, shown.ordinal());
        if (at < 0) {
            return;
        }
        UdpEndpoint.Totals totals = endpoint.totals();
        segment.set(INT, at + SocketTableLayout.RECEIVE_QUEUE, endpoint.queuedBytes());
        segment.set(LONG, at + SocketTableLayout.BYTES_RECEIVED, totals.receivedBytes());
        segment.set(LONG, at + SocketTableLayout.BYTES_SENT, totals.sentBytes());
    }

    /** Where the next row lies, with what all endpoints have; -1 when there is no room. */
    private long beginRow(Endpoint endpoint, int protocol, int state) {
        if (rows == capacity) {
            missing++;
            return -1;
        }
        long at = SocketTableLayout.rowOffset(rows++);
        segment.asSlice(at, SocketTableLayout.ROW_BYTES).fill((byte) 0);
        segment.set(LONG, at + SocketTableLayout.ID, System.identityHashCode(endpoint));
        segment.set(BYTE, at + SocketTableLayout.PROTOCOL, (byte) protocol);
        segment.set(BYTE, at + SocketTableLayout.STATE, (byte) state);
        segment.set(SHORT, at + SocketTableLayout.LOCAL_PORT, (short) endpoint.localPort());
        segment.set(SHORT, at + SocketTableLayout.REMOTE_PORT, (short) endpoint.remotePort());
        writeAddress(at + SocketTableLayout.LOCAL, endpoint.localAddress());
        writeAddress(at + SocketTableLayout.REMOTE, endpoint.remoteAddress());
        return at;
    }

    private void writeAddress(long at, IpAddress address) {
        segment.set(LONG, at, address.high());
        segment.set(LONG, at + Long.BYTES, address.low());
    }

    /**
     * Shows no sockets any more and lets the file go; it stays on disk. To be called by the stack's
     * owner.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        stack.timers().cancel(refresh);
        segment.set(INT, SocketTableLayout.ROWS_OFFSET, 0);
        region.close();
    }

    private final class Refresh extends Timer {
        @Override
        protected void expired(long nowNanos) {
            write();
            stack.timers().schedule(this, nowNanos + INTERVAL_NANOS);
        }
    }
}
