package dev.ringroad.stack.tcp;

import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.Route;

/**
 * How a connection begins: who sends which SYN, and what both ends agree on (RFC 9293 section 3.5).
 */
final class Handshake {
    private static final int SEGMENT_BYTES_DEFAULT = 536; // RFC 9293 section 3.7.1
    private static final int SEGMENT_BYTES_MIN = 64;

    private final TcpConnection connection;
    private int offeredSegmentBytes = SEGMENT_BYTES_DEFAULT;
    private int receiveSegmentBytes = SEGMENT_BYTES_DEFAULT;

    Handshake(TcpConnection connection) {
        this.connection = connection;
    }

    /** Largest payload that this side has offered to take in a segment. */
    int receiveSegmentBytes() {
        return receiveSegmentBytes;
    }

    /** What a path's MTU leaves for payload and TCP options. */
    int segmentBytesFor(int mtu) {
        int ip = connection.localAddress().isV4() ? 20 : 40;
        return Math.max(mtu - ip - TcpHeader.BYTES, SEGMENT_BYTES_MIN);
    }

    /** What the path takes in a segment as far as the stack knows now. */
    int segmentBytesNow() {
        Route route = connection.output.route();
        int overhead = connection.output.timestamps() ? Header.TIMESTAMP_BYTES : 0;
        return route == null
                ? connection.sender.segmentBytes()
                : segmentBytesFor(route.mtu()) - overhead;
    }

    /** The 4-tuple and the way are known. */
    void begin(Route route) {
        offeredSegmentBytes = segmentBytesFor(route.mtu());
        receiveSegmentBytes = offeredSegmentBytes;
    }

    /** This side opens: sends the first SYN. */
    void open(int sequence, long nowNanos) {
        TcpConnection c = connection;
        IpAddress local = c.localAddress();
        IpAddress remote = c.remoteAddress();
        c.sender.start(sequence, offeredSegmentBytes, nowNanos);
        c.enter(TcpState.SYN_SENT);
        c.output.timestamps(true, c.layer.initialSequence.timestampOffset(local, remote));
        send(nowNanos);
        c.timers.set(TcpTimers.RETRANSMIT, nowNanos + c.sender.rtt.timeoutNanos());
    }

    /** A peer's SYN has made this connection (RFC 9293 section 3.10.7.2). */
    void answer(Segment syn, int sequence, long nowNanos) {
        TcpConnection c = connection;
        c.sender.start(sequence, offeredSegmentBytes, nowNanos);
        agree(syn, nowNanos);
        c.enter(TcpState.SYN_RECEIVED);
        send(nowNanos);
        c.timers.set(TcpTimers.RETRANSMIT, nowNanos + c.sender.rtt.timeoutNanos());
    }

    /** A SYN crossed ours: simultaneous open. */
    void crossed(Segment syn, long nowNanos) {
        agree(syn, nowNanos);
        connection.enter(TcpState.SYN_RECEIVED);
        send(nowNanos);
    }

    /** Takes what the peer's SYN tells: where it begins and which options it knows. */
    void agree(Segment syn, long nowNanos) {
        TcpConnection c = connection;
        c.receiver.start(syn.sequence);
        boolean timestamps = syn.hasTimestamp;
        int offset =
                c.state() == TcpState.SYN_SENT
                        ? c.output.timestampOffset()
                        : c.layer.initialSequence.timestampOffset(
                                c.localAddress(), c.remoteAddress());
        c.output.timestamps(timestamps, offset);
        if (timestamps) {
            c.receiver.timestampStart(syn.timestampValue, nowNanos);
        }
        int overhead = timestamps ? Header.TIMESTAMP_BYTES : 0;
        int peerSegment =
                syn.segmentBytes == 0
                        ? SEGMENT_BYTES_DEFAULT
                        : Math.max(syn.segmentBytes, SEGMENT_BYTES_MIN);
        receiveSegmentBytes = offeredSegmentBytes - overhead;
        boolean scaling = syn.windowShift != SynOptions.NO_SHIFT;
        c.receiver.negotiated(scaling ? c.receiver.wantedShift() : SynOptions.NO_SHIFT);
        c.sender.negotiated(
                Math.min(peerSegment, offeredSegmentBytes) - overhead,
                scaling ? syn.windowShift : 0);
    }

    private void send(long nowNanos) {
        TcpConnection c = connection;
        boolean answer = c.state() == TcpState.SYN_RECEIVED;
        c.output.synchronize(
                c.sender.initialSequence,
                answer ? c.receiver.next : 0,
                answer ? TcpHeader.SYN | TcpHeader.ACK : TcpHeader.SYN,
                c.receiver.windowOfSynchronize(),
                answer ? c.receiver.timestampEcho() : 0,
                offeredSegmentBytes,
                answer ? c.receiver.windowShift() : c.receiver.wantedShift(),
                nowNanos);
        c.layer.counters.sent();
    }

    /** The SYN was not answered, or the peer repeats its own. */
    void retransmit(long nowNanos) {
        connection.layer.counters.retransmitted();
        send(nowNanos);
    }
}
