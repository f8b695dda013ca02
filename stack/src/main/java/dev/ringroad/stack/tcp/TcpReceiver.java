package dev.ringroad.stack.tcp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.stack.config.TcpLimits;
import dev.ringroad.stack.drop.DropReason;

/**
 * The receiving half of a connection: what comes next, what is offered, and when to acknowledge.
 *
 * <pre>
 *          next                                 edge
 *  ---------|------------------------------------|------------
 *   in order   room, with islands in reassembly    not offered
 * </pre>
 */
final class TcpReceiver {
    private static final int QUICK_ACKS = 16;
    private static final int SHIFT_MAX = 14; // RFC 7323 section 2.3
    private static final int OUT_OF_ORDER_SEGMENTS_MAX = 4096;
    private static final int SEGMENT_BYTES_DEFAULT = 536;

    /** Timestamps older than this are no reason to refuse (RFC 7323 section 5.5: 24 days). */
    private static final long TIMESTAMP_VALID_NANOS = 24L * 86_400 * 1_000_000_000;

    private final TcpConnection connection;
    private final long delayedAckNanos;
    private final int outOfOrderBytesMax;
    final TcpReceiveQueue queue = new TcpReceiveQueue();
    final TcpReassembly reassembly;

    int initialSequence;
    int next;
    private int edge;
    private int bufferBytes;
    private int windowShift = SynOptions.NO_SHIFT;
    private int segmentBytes = SEGMENT_BYTES_DEFAULT;

    private int timestampRecent;
    private long timestampRecentNanos;
    private int lastAcknowledged;

    private int pendingBytes;
    private int quickAcks = QUICK_ACKS;
    private boolean ackNow;
    private boolean finKnown;
    private int finSequence;
    private boolean discarding;
    private long bytesReceived;
    private long answeredNanos = Long.MIN_VALUE / 2;

    TcpReceiver(TcpConnection connection, TcpLimits limits) {
        this.connection = connection;
        delayedAckNanos = limits.delayedAckNanos();
        outOfOrderBytesMax = limits.outOfOrderBytes();
        bufferBytes = limits.receiveBufferBytes();
        reassembly = new TcpReassembly(OUT_OF_ORDER_SEGMENTS_MAX);
    }

    /** The shift that lets the whole buffer, or twice of it, be offered. */
    int wantedShift() {
        int shift = 0;
        while (shift < SHIFT_MAX && 0xffffL << shift < 2L * bufferBytes) {
            shift++;
        }
        return shift;
    }

    /** The peer's SYN has come. */
    void start(int sequence) {
        initialSequence = sequence;
        next = sequence + 1;
        edge = next;
        lastAcknowledged = next;
    }

    /** The handshake is agreed: NO_SHIFT when either side lacks window scaling. */
    void negotiated(int shift) {
        windowShift = shift;
    }

    // ---- the window ----

    /** The unscaled window of a SYN; the buffer may be larger than it can tell. */
    int windowOfSynchronize() {
        int offered = Math.min(freeBytes(), 0xffff);
        edge = SequenceNumber.later(edge, next + offered);
        return offered;
    }

    /**
     * The value of the window field now. The right edge never moves back, and only moves on by a
     * useful amount (RFC 9293 section 3.8.6.2.2, silly-window avoidance).
     */
    int windowToOffer() {
        int shift = Math.max(windowShift, 0);
        int candidate = next + Math.min(freeBytes(), 0xffff << shift);
        int gain = candidate - edge;
        if (gain >= Math.min(bufferBytes >> 1, connection.handshake.receiveSegmentBytes())) {
            edge = candidate;
        }
        // Rounded up: the buffer has that much slack, and rounding down would move the edge back.
        return Math.min((edge - next + (1 << shift) - 1) >> shift, 0xffff);
    }

    private int freeBytes() {
        return Math.max(0, bufferBytes - queue.readableBytes());
    }

    /** Bytes that the peer was told it may send. */
    int offeredBytes() {
        int slack = windowShift > 0 ? (1 << windowShift) - 1 : 0;
        return edge - next + slack;
    }

    /** The application has read: tells the peer when that makes a difference. */
    void windowMayOpen(long nowNanos) {
        int offered = edge - next;
        if (offered > bufferBytes >> 1) {
            return;
        }
        int gain = Math.min(freeBytes(), 0xffff << Math.max(windowShift, 0)) - offered;
        if (gain >= Math.min(bufferBytes >> 1, 2 * connection.handshake.receiveSegmentBytes())) {
            acknowledgeNow(nowNanos);
        }
    }

    // ---- data ----

    /**
     * The fast path: the packet's data are exactly what comes next, and nothing waits in
     * reassembly.
     */
    void acceptInOrder(Packet packet, int bytes, long nowNanos) {
        next += bytes;
        bytesReceived += bytes;
        if (discarding) {
            packet.release();
        } else {
            queue.add(packet);
        }
        if (bytes > segmentBytes) {
            segmentBytes = Math.min(bytes, connection.handshake.receiveSegmentBytes());
        }
        pendingBytes += bytes;
        if (quickAcks > 0) {
            quickAcks--;
            ackNow = true;
        } else if (pendingBytes >= 2 * segmentBytes) {
            ackNow = true;
        } else if (!connection.timers.isSet(TcpTimers.ACKNOWLEDGE)) {
            connection.timers.set(TcpTimers.ACKNOWLEDGE, nowNanos + delayedAckNanos);
        }
    }

    /**
     * The slow path: data anywhere in the window, a FIN behind them perhaps. Takes the packet.
     *
     * @param fin whether a FIN follows the last byte
     */
    void accept(Packet packet, int sequence, boolean fin, long nowNanos) {
        int start = sequence;
        boolean finHere = fin;
        int old = next - start;
        if (old > 0) {
            int trimmed = Math.min(old, packet.length());
            packet.trimFront(trimmed);
            start += trimmed;
            ackNow = true;
        }
        int room = next + offeredBytes() - start;
        if (packet.length() > room) {
            packet.trimTo(Math.max(room, 0));
            finHere = false;
            ackNow = true;
        }
        if (finHere && !finKnown) {
            finKnown = true;
            finSequence = start + packet.length();
        }
        if (packet.length() == 0) {
            packet.release();
        } else if (finKnown && SequenceNumber.after(start + packet.length(), finSequence)) {
            // Data beyond the peer's own FIN: it contradicts itself.
            packet.release();
            ackNow = true;
        } else if (start == next && reassembly.isEmpty()) {
            acceptInOrder(packet, packet.length(), nowNanos);
        } else {
            acceptOutOfOrder(packet, start);
        }
        if (finKnown && next == finSequence) {
            next++;
            ackNow = true;
        }
    }

    private void acceptOutOfOrder(Packet packet, int start) {
        // RFC 5681 section 4.2: acknowledge at once, both when a gap opens and when it is filled.
        ackNow = true;
        int before = next;
        if (start == next) {
            next += packet.length();
            if (discarding) {
                packet.release();
            } else {
                queue.add(packet);
            }
            next = reassembly.drain(next, queue);
            if (discarding) {
                queue.clear();
            }
            bytesReceived += next - before;
        } else if (!reassembly.add(packet, start, outOfOrderBytesMax)) {
            connection.layer.counters.drop(DropReason.TCP_OUT_OF_ORDER_FULL);
        }
    }

    /** Whether the peer's FIN and everything before it has been received. */
    boolean isFinished() {
        return finKnown && next == finSequence + 1;
    }

    /** The application reads no more: what is there and what comes is thrown away. */
    void discard() {
        discarding = true;
        queue.clear();
    }

    boolean isDiscarding() {
        return discarding;
    }

    // ---- acknowledgements ----

    /** Asks for an acknowledgement with the next {@link #flush}. */
    void wantAcknowledgment() {
        ackNow = true;
    }

    boolean acknowledgmentDue() {
        return ackNow;
    }

    /** Sends the acknowledgement that is due, unless a data segment has carried it meanwhile. */
    void flush(long nowNanos) {
        if (ackNow) {
            acknowledgeNow(nowNanos);
        }
    }

    void acknowledgeNow(long nowNanos) {
        if (!connection.sender.control(
                connection.sender.acknowledgmentSequence(), TcpHeader.ACK, nowNanos)) {
            // No packet free: the delayed acknowledgement's timer tries again.
            connection.timers.set(TcpTimers.ACKNOWLEDGE, nowNanos + delayedAckNanos);
        }
    }

    /** Whether a segment that says nothing new may be answered: after a while only. */
    boolean mayAnswerUnacceptable(long nowNanos, long intervalNanos) {
        if (nowNanos - answeredNanos < intervalNanos) {
            return false;
        }
        answeredNanos = nowNanos;
        return true;
    }

    /** The delayed acknowledgement's time has come. */
    void timerExpired(long nowNanos) {
        if (pendingBytes > 0 || ackNow) {
            acknowledgeNow(nowNanos);
        }
    }

    /** Every segment carries the acknowledgement; this one has left. */
    void acknowledgmentSent() {
        lastAcknowledged = next;
        ackNow = false;
        if (pendingBytes > 0) {
            pendingBytes = 0;
            connection.timers.clear(TcpTimers.ACKNOWLEDGE);
        }
    }

    /** The application answers what it reads, so acknowledgements can travel with the answers. */
    void conversing() {
        if (pendingBytes > 0) {
            quickAcks = 0;
        }
    }

    void quickAcknowledgments(boolean on) {
        quickAcks = on ? Integer.MAX_VALUE : 0;
    }

    boolean quickAcknowledgments() {
        return quickAcks > 0;
    }

    // ---- timestamps (RFC 7323) ----

    void timestampStart(int value, long nowNanos) {
        timestampRecent = value;
        timestampRecentNanos = nowNanos;
    }

    /** What to echo. */
    int timestampEcho() {
        return timestampRecent;
    }

    /**
     * Whether a segment's timestamp says that it is from an earlier round of the sequence space
     * (PAWS).
     */
    boolean isTimestampOld(int value, long nowNanos) {
        return SequenceNumber.before(value, timestampRecent)
                && nowNanos - timestampRecentNanos < TIMESTAMP_VALID_NANOS;
    }

    /**
     * Keeps the timestamp of a segment that spans the last acknowledgement sent (RFC 7323 section
     * 4.3).
     */
    void timestampSeen(int value, int sequence, long nowNanos) {
        if (SequenceNumber.afterOrAt(value, timestampRecent)
                && SequenceNumber.beforeOrAt(sequence, lastAcknowledged)) {
            timestampRecent = value;
            timestampRecentNanos = nowNanos;
        }
    }

    /** Gives all packets back. */
    void close() {
        queue.clear();
        reassembly.clear();
    }

    /** Gives back what can never be read; what is in order stays readable. */
    void closeReassembly() {
        reassembly.clear();
    }

    // ---- figures ----

    int windowShift() {
        return windowShift;
    }

    int bufferBytes() {
        return bufferBytes;
    }

    void bufferBytes(int bytes) {
        bufferBytes = bytes;
    }

    long bytesReceived() {
        return bytesReceived;
    }
}
