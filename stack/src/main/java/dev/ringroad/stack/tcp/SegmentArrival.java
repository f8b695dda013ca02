package dev.ringroad.stack.tcp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.stack.drop.DropReason;

/**
 * The slow path: everything that RFC 9293 section 3.10.7 says about an arriving segment, in its
 * order, with the stricter rules of RFC 5961 and RFC 7323. One for the whole stack; the segment
 * being looked at is kept in one object.
 */
final class SegmentArrival {
    private static final int UNCHANGED_WINDOW_ACKS_NANOS = 100_000_000;

    private final TcpLayer layer;
    private final Segment segment;

    SegmentArrival(TcpLayer layer, Segment segment) {
        this.layer = layer;
        this.segment = segment;
    }

    /** Takes a segment for a connection; owns the packet. */
    void arrive(TcpConnection c, Packet packet, long nowNanos) {
        Segment s = segment;
        if (!s.read(packet)) {
            layer.drop(DropReason.TCP_OPTIONS_MALFORMED, packet);
            return;
        }
        if (c.state() == TcpState.SYN_SENT) {
            inSynSent(c, s, nowNanos);
            // Data with a SYN are not kept: without their acknowledgement the peer sends them
            // again.
            packet.release();
            return;
        }
        if (isAcceptable(c, s, nowNanos) && isAcknowledgmentTaken(c, s, nowNanos)) {
            takeData(c, s, packet, nowNanos);
        } else {
            packet.release();
        }
    }

    // ---- SYN-SENT (section 3.10.7.3) ----

    private void inSynSent(TcpConnection c, Segment s, long nowNanos) {
        boolean acknowledges = s.has(TcpHeader.ACK);
        if (acknowledges && !c.sender.isNew(s.acknowledgment)) {
            layer.counters.drop(DropReason.TCP_ACK_UNACCEPTABLE);
            layer.resetStray(s, nowNanos);
            return;
        }
        if (s.has(TcpHeader.RST)) {
            if (acknowledges) {
                c.resetByPeer();
            } else {
                layer.counters.drop(DropReason.TCP_RESET_UNACCEPTABLE);
            }
            return;
        }
        if (!s.has(TcpHeader.SYN)) {
            layer.counters.drop(DropReason.TCP_NOT_SYNCHRONIZED);
            return;
        }
        if (!acknowledges) {
            c.handshake.crossed(s, nowNanos);
            return;
        }
        c.handshake.agree(s, nowNanos);
        c.receiver.wantAcknowledgment();
        c.established(s, nowNanos);
        c.sender.output(nowNanos);
        c.receiver.flush(nowNanos);
    }

    // ---- the checks before anything is believed (section 3.10.7.4, first to fourth) ----

    private boolean isAcceptable(TcpConnection c, Segment s, long nowNanos) {
        TcpReceiver rx = c.receiver;
        if (c.state() == TcpState.SYN_RECEIVED && isRepeatedSynchronize(c, s, nowNanos)) {
            return false;
        }
        if (!passesTimestamps(c, s, nowNanos)) {
            return false;
        }
        if (!isInWindow(rx, s)) {
            layer.counters.drop(DropReason.TCP_OUT_OF_WINDOW);
            if (!s.has(TcpHeader.RST)) {
                acknowledgeUnacceptable(c, s, nowNanos);
            }
            return false;
        }
        if (s.has(TcpHeader.RST)) {
            takeReset(c, s, nowNanos);
            return false;
        }
        if (s.has(TcpHeader.SYN)) {
            // RFC 5961 section 4: a SYN on a live connection is answered, and never believed.
            layer.counters.drop(DropReason.TCP_SYN_UNEXPECTED);
            challenge(c, nowNanos);
            return false;
        }
        if (!s.has(TcpHeader.ACK)) {
            layer.counters.drop(DropReason.TCP_ACK_MISSING);
            return false;
        }
        if (s.hasTimestamp && c.output.timestamps()) {
            rx.timestampSeen(s.timestampValue, s.sequence, nowNanos);
        }
        return true;
    }

    /**
     * In SYN-RECEIVED the peer's SYN may come again, with our acknowledgement when both have opened
     * at once.
     */
    private boolean isRepeatedSynchronize(TcpConnection c, Segment s, long nowNanos) {
        if (!s.has(TcpHeader.SYN)
                || s.has(TcpHeader.RST)
                || s.sequence != c.receiver.initialSequence) {
            return false;
        }
        if (s.has(TcpHeader.ACK)) {
            // Simultaneous open: the SYN was taken when it came alone, what is new is the
            // acknowledgement.
            // The window of a SYN is never scaled, what is left now would be (RFC 7323 section
            // 2.2).
            s.window >>>= c.sender.window.shift();
            s.flags &= ~TcpHeader.SYN;
            s.sequence++;
            return false;
        }
        c.handshake.retransmit(nowNanos);
        return true;
    }

    /**
     * PAWS (RFC 7323 section 5), and section 3.2: once agreed on, timestamps are in every segment.
     */
    private boolean passesTimestamps(TcpConnection c, Segment s, long nowNanos) {
        if (!c.output.timestamps() || s.has(TcpHeader.RST)) {
            return true;
        }
        if (!s.hasTimestamp) {
            layer.counters.drop(DropReason.TCP_TIMESTAMP_MISSING);
            return false;
        }
        if (c.receiver.isTimestampOld(s.timestampValue, nowNanos)) {
            layer.counters.drop(DropReason.TCP_TIMESTAMP_OLD);
            acknowledgeUnacceptable(c, s, nowNanos);
            return false;
        }
        return true;
    }

    /**
     * Whether any of it lies in the window. A segment exactly at the right edge passes too, so that
     * the acknowledgement in it counts when the window is closed (section 3.10.7.4: "special
     * allowance").
     */
    private static boolean isInWindow(TcpReceiver rx, Segment s) {
        int end = s.sequence + s.sequenceLength();
        return SequenceNumber.afterOrAt(end, rx.next)
                && SequenceNumber.beforeOrAt(s.sequence, rx.next + rx.offeredBytes());
    }

    private void takeReset(TcpConnection c, Segment s, long nowNanos) {
        if (s.sequence == c.receiver.next) {
            c.resetByPeer();
            return;
        }
        // RFC 5961 section 3: in the window but not exact may be a guess; ask the peer.
        layer.counters.drop(DropReason.TCP_RESET_UNACCEPTABLE);
        challenge(c, nowNanos);
    }

    private void challenge(TcpConnection c, long nowNanos) {
        if (layer.challenges.take(nowNanos)) {
            layer.counters.challenged();
            c.receiver.acknowledgeNow(nowNanos);
        }
    }

    /**
     * Tells the peer where we are. Two ends that disagree could do so for ever, so segments without
     * data are answered ten times a second at most.
     */
    private void acknowledgeUnacceptable(TcpConnection c, Segment s, long nowNanos) {
        if (s.payloadBytes > 0
                || s.has(TcpHeader.SYN | TcpHeader.FIN)
                || c.receiver.mayAnswerUnacceptable(nowNanos, UNCHANGED_WINDOW_ACKS_NANOS)) {
            c.receiver.acknowledgeNow(nowNanos);
        }
    }

    // ---- the acknowledgement (fifth) ----

    /** Takes the acknowledgement; false when the segment or the connection ends with it. */
    private boolean isAcknowledgmentTaken(TcpConnection c, Segment s, long nowNanos) {
        TcpSender tx = c.sender;
        if (c.state() == TcpState.SYN_RECEIVED) {
            return isHandshakeFinished(c, s, nowNanos);
        }
        // RFC 5961 section 5: old is old by a window at most, and nothing unsent is acknowledged.
        if (SequenceNumber.after(s.acknowledgment, tx.highest)
                || SequenceNumber.before(
                        s.acknowledgment, tx.unacknowledged - tx.window.largestBytes())) {
            layer.counters.drop(DropReason.TCP_ACK_UNACCEPTABLE);
            challenge(c, nowNanos);
            return false;
        }
        int window = s.window << tx.window.shift();
        if (tx.isNew(s.acknowledgment)) {
            tx.window.update(s.sequence, s.acknowledgment, window);
            tx.acknowledged(s.acknowledgment, echoedNanos(c, s, nowNanos), nowNanos);
            layer.confirm(c, nowNanos);
            if (tx.isFinAcknowledged()) {
                c.finAcknowledged(nowNanos);
            }
            return c.state() != TcpState.CLOSED;
        }
        boolean changed = tx.window.update(s.sequence, s.acknowledgment, window);
        if (s.acknowledgment == tx.unacknowledged) {
            if (tx.window.bytes() == 0) {
                tx.timer.windowStaysClosed(nowNanos);
            } else if (!changed && s.sequenceLength() == 0 && tx.highest != tx.unacknowledged) {
                tx.duplicateAcknowledgment(nowNanos);
            }
        }
        return true;
    }

    private boolean isHandshakeFinished(TcpConnection c, Segment s, long nowNanos) {
        if (!c.sender.isNew(s.acknowledgment)) {
            layer.counters.drop(DropReason.TCP_ACK_UNACCEPTABLE);
            layer.resetStray(s, nowNanos);
            return false;
        }
        TcpListener listener = c.listener;
        if (listener != null && listener.isFull()) {
            layer.counters.drop(DropReason.TCP_ACCEPT_QUEUE_FULL);
            return false;
        }
        c.established(s, nowNanos);
        return true;
    }

    /**
     * What the echoed timestamp tells about segments that were sent more than once (RFC 7323
     * section 4).
     */
    private static long echoedNanos(TcpConnection c, Segment s, long nowNanos) {
        if (!s.hasTimestamp || !c.output.timestamps() || s.timestampEcho == 0) {
            return -1;
        }
        int millis = c.output.timestamp(nowNanos) - s.timestampEcho;
        return millis < 0 || millis > 120_000 ? -1 : Math.max(millis, 1) * 1_000_000L;
    }

    // ---- data and FIN (seventh and eighth) ----

    private void takeData(TcpConnection c, Segment s, Packet packet, long nowNanos) {
        TcpReceiver rx = c.receiver;
        int readable = rx.queue.readableBytes();
        boolean finished = rx.isFinished();
        boolean fin = s.has(TcpHeader.FIN);
        if (s.payloadBytes == 0 && !fin) {
            if (s.sequence != rx.next && SequenceNumber.before(s.sequence, rx.next)) {
                // An old segment without data is a probe: a keepalive, or one of a closed window.
                acknowledgeUnacceptable(c, s, nowNanos);
            }
            packet.release();
        } else if (!c.state().canReceive()) {
            // After the peer's FIN nothing follows; what comes has been seen.
            rx.wantAcknowledgment();
            packet.release();
        } else if (c.isReleased()
                && s.payloadBytes > 0
                && SequenceNumber.after(s.sequence + s.payloadBytes, rx.next)) {
            // Nobody will read it, and the peer has to know (RFC 9293 section 3.6.1, RFC 2525
            // section 2.17).
            packet.release();
            c.reset(0, nowNanos);
            return;
        } else if (s.payloadBytes > 0
                && !layer.mayKeep(packet, rx, SequenceNumber.beforeOrAt(s.sequence, rx.next))) {
            layer.drop(DropReason.TCP_NO_MEMORY, packet);
            rx.wantAcknowledgment();
        } else {
            packet.trimFront(s.headerBytes);
            rx.accept(packet, s.sequence, fin, nowNanos);
        }
        if (!finished && rx.isFinished()) {
            c.finReceived(nowNanos);
        }
        if (c.state() == TcpState.CLOSED || c.state() == TcpState.TIME_WAIT) {
            return;
        }
        c.sender.output(nowNanos);
        rx.flush(nowNanos);
        c.arrived(rx.queue.readableBytes() != readable || rx.isFinished() != finished);
    }
}
