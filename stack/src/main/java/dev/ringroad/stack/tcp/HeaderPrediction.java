package dev.ringroad.stack.tcp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.TcpHeader;

import java.lang.foreign.MemorySegment;

/**
 * The fast path of what comes in (Van Jacobson's header prediction): on an established connection
 * nearly every segment is either the data expected next or an acknowledgement of data in flight,
 * and one comparison of a header word tells so. Whatever is different in any way goes to {@link
 * SegmentArrival}, which knows all the rules.
 */
final class HeaderPrediction {
    private final TcpConnection connection;
    private final TcpSender sender;
    private final TcpReceiver receiver;

    /**
     * Data offset and flags of the expected header; 0, which no header has, when not established.
     */
    private int expected;

    private int headerBytes;
    private boolean timestamps;

    HeaderPrediction(TcpConnection connection, TcpSender sender, TcpReceiver receiver) {
        this.connection = connection;
        this.sender = sender;
        this.receiver = receiver;
    }

    /** The connection has moved to another state. */
    void entered(TcpState state, boolean withTimestamps) {
        timestamps = withTimestamps;
        headerBytes = withTimestamps ? TcpHeader.BYTES + Header.TIMESTAMP_BYTES : TcpHeader.BYTES;
        expected = state == TcpState.ESTABLISHED ? headerBytes << 10 | TcpHeader.ACK : 0;
    }

    /** Takes a segment if it is as expected; if not, nothing has been touched. */
    boolean take(Packet packet, long nowNanos) {
        MemorySegment s = packet.segment();
        long at = packet.offset();
        int control = BigEndian.u32(s, at + Header.CONTROL);
        // The one test: established, expected sequence number, only ACK and PSH, no options but
        // canonical timestamps.
        return (control & ~Header.CONTROL_PSH) >>> 16 == expected
                && BigEndian.u32(s, at + TcpHeader.SEQUENCE) == receiver.next
                && takeExpected(packet, s, at, control & 0xffff, nowNanos);
    }

    private boolean takeExpected(
            Packet packet, MemorySegment s, long at, int windowField, long nowNanos) {
        TcpSender tx = sender;
        TcpReceiver rx = receiver;
        int timestampValue = 0;
        if (timestamps) {
            timestampValue = BigEndian.u32(s, at + Header.TIMESTAMP_VALUE);
            if (BigEndian.u32(s, at + Header.TIMESTAMP) != Header.TIMESTAMP_WORD
                    || SequenceNumber.before(timestampValue, rx.timestampEcho())) {
                return false;
            }
        }
        int acknowledgment = BigEndian.u32(s, at + TcpHeader.ACKNOWLEDGMENT);
        int acknowledged = acknowledgment - tx.unacknowledged;
        int payload = packet.length() - headerBytes;
        if (Integer.compareUnsigned(acknowledged, tx.highest - tx.unacknowledged) > 0
                || (payload == 0 ? acknowledged == 0 : !mayTakeData(packet, payload))) {
            return false;
        }
        int sequence = rx.next;
        if (timestamps) {
            rx.timestampSeen(timestampValue, sequence, nowNanos);
        }
        tx.window.update(sequence, acknowledgment, windowField << tx.window.shift());
        if (acknowledged > 0) {
            tx.acknowledged(acknowledgment, -1, nowNanos);
            connection.layer.confirm(connection, nowNanos);
        }
        if (payload > 0) {
            packet.trimFront(headerBytes);
            rx.acceptInOrder(packet, payload, nowNanos);
        } else {
            packet.release();
        }
        if (tx.hasUnsent()) {
            tx.output(nowNanos);
        }
        rx.flush(nowNanos);
        connection.arrived(payload > 0);
        return true;
    }

    private boolean mayTakeData(Packet packet, int payload) {
        return payload <= receiver.offeredBytes()
                && receiver.reassembly.isEmpty()
                && connection.layer.mayKeep(packet, receiver, true);
    }
}
