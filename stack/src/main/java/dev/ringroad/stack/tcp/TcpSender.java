package dev.ringroad.stack.tcp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.stack.config.TcpLimits;
import dev.ringroad.stack.ip.IpOutput;

import java.nio.ByteBuffer;

/**
 * The sending half of a connection: what was written, what is in flight, and what may go out now.
 *
 * <pre>
 *        unacknowledged        next          highest             end
 *  ------------|----------------|---------------|-----------------|-------------
 *   acknowledged   in flight      sent before     written, unsent    free
 *                                 (after a time-out next falls back)
 * </pre>
 *
 * <p>Application bytes are copied once, into packets with headroom for every header; a packet is a
 * segment, or as many as the device cuts ({@link Packing}), and stays in the {@link SendQueue}
 * until acknowledged. Packets are cut here only when the segment size or a window is smaller than
 * they are, or when a segment of theirs is lost.
 */
final class TcpSender {
    private static final int SEGMENTS_MIN = 16;
    private static final int SEGMENT_BYTES_SHIFT = 9;

    private final TcpConnection connection;
    private final SegmentOutput output;
    private final SendQueue queue = new SendQueue();
    private final Packing packing;
    final SendWindow window = new SendWindow();
    final RttEstimator rtt;
    final CongestionControl congestion;
    final LossRecovery recovery;
    final RetransmissionTimer timer;

    int initialSequence;
    int unacknowledged;
    int next;
    int highest;
    private int end;
    private int nextIndex;

    private int bufferBytes;
    private boolean finQueued;
    private int smallSegmentEnd;
    private boolean noDelay;
    private long lastSentNanos;
    private long retransmitted;
    private long bytesAcknowledged;

    TcpSender(TcpConnection connection, SegmentOutput output, TcpLimits limits) {
        this.connection = connection;
        this.output = output;
        packing = new Packing(output);
        bufferBytes = limits.sendBufferBytes();
        rtt =
                new RttEstimator(
                        limits.rtoInitialNanos(), limits.rtoMinNanos(), limits.rtoMaxNanos());
        congestion = new NewReno(limits.initialWindowSegments());
        recovery = new LossRecovery(congestion);
        timer = new RetransmissionTimer(connection, this, rtt);
    }

    /** Begins with the SYN about to be sent. */
    void start(int sequence, int newSegmentBytes, long nowNanos) {
        initialSequence = sequence;
        unacknowledged = sequence;
        next = sequence + 1;
        highest = sequence + 1;
        end = sequence + 1;
        smallSegmentEnd = sequence;
        packing.segmentBytes(newSegmentBytes);
        timer.progress(nowNanos);
        recovery.start(sequence);
    }

    /** The handshake has told the peer's window scale and both segment sizes are known. */
    void negotiated(int newSegmentBytes, int newWindowShift) {
        packing.segmentBytes(newSegmentBytes);
        window.shift(newWindowShift);
        congestion.start(newSegmentBytes);
    }

    /** Our SYN is acknowledged. */
    void synchronizeAcknowledged(int acknowledgment, int sequence, int newWindow, long nowNanos) {
        unacknowledged = acknowledgment;
        window.start(sequence, acknowledgment, newWindow);
        if (timer.retries() > 0) {
            rtt.handshakeWasRetransmitted();
            // RFC 6298 section 5.7 and RFC 5681 section 3.1: a lost SYN means one segment to start
            // with.
            congestion.timedOut(2 * packing.segmentBytes(), false);
        } else {
            rtt.sample(nowNanos - timer.progressNanos());
        }
        timer.begin(nowNanos);
        lastSentNanos = nowNanos;
    }

    // ---- what the application does ----

    /** Takes bytes over from a buffer, sends what may go; returns how many were taken. */
    int write(ByteBuffer source, long nowNanos) {
        int from = source.position();
        int left = Math.min(source.remaining(), freeBytes());
        int taken = 0;
        while (left > 0) {
            int room = reserve(left);
            if (room == 0) {
                break;
            }
            Packet tail = queue.packet(queue.size() - 1);
            int at = tail.length();
            tail.append(room);
            tail.copyIn(at, source, from + taken, room);
            extended(room, nowNanos);
            taken += room;
            left -= room;
        }
        source.position(from + taken);
        output(nowNanos);
        return taken;
    }

    /** The same from an array. */
    int write(byte[] source, int index, int bytes, long nowNanos) {
        int left = Math.min(bytes, freeBytes());
        int taken = 0;
        while (left > 0) {
            int room = reserve(left);
            if (room == 0) {
                break;
            }
            Packet tail = queue.packet(queue.size() - 1);
            int at = tail.length();
            tail.append(room);
            tail.copyIn(at, source, index + taken, room);
            extended(room, nowNanos);
            taken += room;
            left -= room;
        }
        output(nowNanos);
        return taken;
    }

    /**
     * Makes the last segment of the queue one that can take bytes; returns how many, 0 when there
     * is no packet.
     */
    private int reserve(int wanted) {
        int last = queue.size() - 1;
        if (last >= 0 && queue.sends(last) == 0) {
            int room = packing.room(queue.packet(last), queue.length(last));
            if (room > 0) {
                return Math.min(wanted, room);
            }
        }
        if (queue.size() >= segmentsMax()) {
            return 0;
        }
        Packet packet = output.acquire();
        if (packet == null) {
            connection.writing.starve();
            return 0;
        }
        queue.add(packet, end, 0);
        return Math.min(wanted, packing.room(packet, 0));
    }

    private void extended(int bytes, long nowNanos) {
        queue.extendLast(bytes);
        end += bytes;
        // Full packets leave while their lines are in the cache.
        int last = queue.size() - 1;
        if (packing.room(queue.packet(last), queue.length(last)) <= 0) {
            output(nowNanos);
        }
    }

    /** The application will write no more: a FIN follows the last byte. */
    void finish(long nowNanos) {
        finQueued = true;
        output(nowNanos);
    }

    // ---- what goes out ----

    /** Sends whatever the windows and Nagle's algorithm allow. */
    void output(long nowNanos) {
        if (!connection.state().isSynchronized()) {
            return;
        }
        if (next == unacknowledged
                && nextIndex < queue.size()
                && nowNanos - lastSentNanos > rtt.timeoutNanos()) {
            congestion.idle();
        }
        while (nextIndex < queue.size()) {
            int length = queue.length(nextIndex);
            int sendable = sendableBytes(length);
            if (sendable == 0 || (sendable < length && !split(nextIndex, sendable))) {
                break;
            }
            if (!sendNext(nowNanos)) {
                break;
            }
        }
        if (finQueued && nextIndex == queue.size() && next == end) {
            sendFin(nowNanos);
        }
        timer.arm(nowNanos);
    }

    /** How much of the next packet, which holds so many bytes, may go now. */
    private int sendableBytes(int length) {
        int offered = Math.min(length, packing.packetBytes());
        int usable = Math.max(usableBytes(), 0);
        if (offered > usable) {
            int full = packing.fullBytes(usable);
            boolean silly =
                    next != unacknowledged || window.isSilly(usable, packing.segmentBytes());
            return full > 0 || silly ? full : usable;
        }
        int full = packing.fullBytes(offered);
        return offered > full && isHeldByNagle() ? full : offered;
    }

    /** Bytes that the peer's and the congestion window leave. */
    private int usableBytes() {
        int inFlight = next - unacknowledged;
        int congestionWindow =
                congestion.windowBytes() + recovery.limitedTransmitBytes(packing.segmentBytes());
        return Math.min(window.bytes(), congestionWindow) - inFlight;
    }

    /**
     * Nagle's algorithm (RFC 9293 section 3.7.4) in Minshall's form: a small segment waits while
     * another small one is unacknowledged, so that a large write's rest does not wait for a delayed
     * acknowledgement.
     */
    private boolean isHeldByNagle() {
        return !noDelay
                && !finQueued
                && nextIndex == queue.size() - 1
                && queue.sends(nextIndex) == 0
                && SequenceNumber.within(smallSegmentEnd, unacknowledged, highest);
    }

    private boolean sendNext(long nowNanos) {
        int index = nextIndex;
        int sequence = queue.sequence(index);
        int length = queue.length(index);
        if (!transmit(index, nowNanos)) {
            return false;
        }
        if (highest == unacknowledged) {
            timer.begin(nowNanos);
        }
        if (length > packing.fullBytes(length)) {
            smallSegmentEnd = sequence + length;
        }
        nextIndex = index + 1;
        next = sequence + length;
        if (finQueued && nextIndex == queue.size()) {
            next++;
        }
        highest = SequenceNumber.later(highest, next);
        return true;
    }

    /**
     * Sends one segment, for the first time or again; false when the device or the pool has no
     * room.
     */
    private boolean transmit(int index, long nowNanos) {
        Packet packet = queue.take(index, output);
        if (packet == null) {
            return false;
        }
        int sequence = queue.sequence(index);
        boolean last = index == queue.size() - 1;
        int flags =
                TcpHeader.ACK
                        | (last ? (finQueued ? TcpHeader.PSH | TcpHeader.FIN : TcpHeader.PSH) : 0);
        boolean again = queue.sends(index) > 0;
        TcpReceiver receiver = connection.receiver;
        int result =
                output.segment(
                        packet,
                        sequence,
                        receiver.next,
                        flags,
                        receiver.windowToOffer(),
                        receiver.timestampEcho(),
                        packing.segmentBytes(),
                        nowNanos);
        if (result == IpOutput.NO_ROOM) {
            connection.layer.await(connection);
            return false;
        }
        if (result == IpOutput.TOO_BIG) {
            // Another connection has learnt that the path takes less.
            packing.segmentBytes(
                    Math.min(packing.segmentBytes(), connection.handshake.segmentBytesNow()));
            connection.layer.await(connection);
            return false;
        }
        receiver.acknowledgmentSent();
        queue.sent(index, nowNanos);
        lastSentNanos = nowNanos;
        if (again) {
            retransmitted++;
            connection.layer.counters.retransmitted();
        }
        connection.layer.counters.sent();
        return true;
    }

    private boolean split(int index, int firstBytes) {
        if (!queue.split(index, firstBytes, output)) {
            return false;
        }
        if (index < nextIndex) {
            nextIndex++;
        }
        return true;
    }

    private void sendFin(long nowNanos) {
        if (!control(end, TcpHeader.FIN | TcpHeader.ACK, nowNanos)) {
            return;
        }
        if (highest == unacknowledged) {
            timer.begin(nowNanos);
        }
        lastSentNanos = nowNanos;
        next = end + 1;
        highest = SequenceNumber.later(highest, next);
    }

    /** Sends a segment without data. */
    boolean control(int sequence, int flags, long nowNanos) {
        Packet packet = output.acquireControl();
        if (packet == null) {
            return false;
        }
        TcpReceiver receiver = connection.receiver;
        int result =
                output.segment(
                        packet,
                        sequence,
                        (flags & TcpHeader.ACK) != 0 ? receiver.next : 0,
                        flags,
                        receiver.windowToOffer(),
                        receiver.timestampEcho(),
                        packing.segmentBytes(),
                        nowNanos);
        if (result == IpOutput.NO_ROOM) {
            return false;
        }
        if ((flags & TcpHeader.ACK) != 0) {
            receiver.acknowledgmentSent();
        }
        connection.layer.counters.sent();
        return true;
    }

    // ---- what the peer says ----

    /** Whether an acknowledgement covers something new that was really sent. */
    boolean isNew(int acknowledgment) {
        return SequenceNumber.within(acknowledgment, unacknowledged, highest);
    }

    /**
     * Takes an acknowledgement of new data, {@code unacknowledged < acknowledgment <= highest}.
     *
     * @param echoedNanos the round-trip time that the echoed timestamp tells, or -1
     */
    void acknowledged(int acknowledgment, long echoedNanos, long nowNanos) {
        int bytes = acknowledgment - unacknowledged;
        boolean limited =
                highest - unacknowledged + packing.segmentBytes() > congestion.windowBytes();
        unacknowledged = acknowledgment;
        bytesAcknowledged += bytes;
        long measured = release(acknowledgment, nowNanos);
        if (measured < 0) {
            measured = echoedNanos;
        }
        if (measured >= 0) {
            rtt.sample(measured);
        } else {
            rtt.progress();
        }
        if (SequenceNumber.before(next, acknowledgment)) {
            next = acknowledgment;
            nextIndex = 0;
        }
        timer.progress(nowNanos);
        int order = recovery.acknowledged(bytes, acknowledgment, highest, limited);
        if (order != LossRecovery.RETRANSMIT) {
            if (highest != acknowledgment) {
                timer.restart(nowNanos);
            } else {
                connection.timers.clear(TcpTimers.RETRANSMIT);
            }
        }
        if (order != LossRecovery.NOTHING) {
            retransmitFirst(nowNanos);
        }
    }

    /**
     * Releases what is acknowledged; returns the round-trip time of the last segment that was sent
     * once, or -1.
     */
    private long release(int acknowledgment, long nowNanos) {
        long measured = -1;
        while (queue.size() > 0) {
            int covered = acknowledgment - queue.sequence(0);
            if (covered <= 0) {
                break;
            }
            if (covered < queue.length(0)) {
                queue.trimFirst(covered);
                break;
            }
            if (queue.sends(0) == 1) {
                measured = nowNanos - queue.sentNanos(0);
            }
            queue.removeFirst();
            if (nextIndex > 0) {
                nextIndex--;
            }
        }
        return measured;
    }

    /** A duplicate acknowledgement came while data are in flight. */
    void duplicateAcknowledgment(long nowNanos) {
        if (recovery.duplicate(unacknowledged, highest)) {
            connection.layer.counters.fastRetransmitted();
            retransmitFirst(nowNanos);
            timer.restart(nowNanos);
        }
    }

    /** Whether our FIN was sent and is acknowledged. */
    boolean isFinAcknowledged() {
        return finQueued && unacknowledged == end + 1;
    }

    /**
     * The path takes smaller segments only: cut again and send what is in flight again (RFC 1191).
     */
    void reduceSegment(int newSegmentBytes, long nowNanos) {
        packing.segmentBytes(newSegmentBytes);
        // Whatever is larger never arrived; falling back to the left edge sends it again in smaller
        // pieces.
        queue.markAllResent();
        next = unacknowledged;
        nextIndex = 0;
        connection.timers.clear(TcpTimers.RETRANSMIT);
        output(nowNanos);
    }

    // ---- time ----

    /** Sends the oldest segment in flight again. */
    void retransmitFirst(long nowNanos) {
        if (queue.size() == 0) {
            if (finQueued && highest == end + 1) {
                control(end, TcpHeader.FIN | TcpHeader.ACK, nowNanos);
            }
            return;
        }
        if (queue.length(0) > packing.segmentBytes() && !split(0, packing.segmentBytes())) {
            return;
        }
        transmit(0, nowNanos);
    }

    /** Falls back to the left edge: whatever was in flight counts as lost. */
    void sendAgain(long nowNanos) {
        queue.markAllResent();
        next = unacknowledged;
        nextIndex = 0;
        output(nowNanos);
        if (next == unacknowledged && nextIndex < queue.size()) {
            // The window has shrunk below what it had allowed; the segment was in it when it was
            // sent first.
            if (queue.length(0) <= packing.segmentBytes() || split(0, packing.segmentBytes())) {
                sendNext(nowNanos);
            }
        }
    }

    /** Nothing is in flight and data wait: the window is closed, or too small for a segment. */
    void probe(long nowNanos) {
        int usable = Math.min(window.bytes(), packing.segmentBytes());
        if (usable > 0 && nextIndex < queue.size()) {
            // Silly-window avoidance gives way after a time-out: whatever fits goes.
            if (queue.length(nextIndex) <= usable || split(nextIndex, usable)) {
                sendNext(nowNanos);
            }
        } else {
            control(unacknowledged - 1, TcpHeader.ACK, nowNanos);
        }
    }

    /**
     * The sequence number of a segment without data: the next one, unless the peer's window has
     * shrunk below it.
     */
    int acknowledgmentSequence() {
        int windowEnd = window.end();
        return SequenceNumber.before(windowEnd, highest) ? windowEnd : highest;
    }

    /** A segment that the peer has to answer although it brings nothing new. */
    void keepAliveProbe(long nowNanos) {
        control(unacknowledged - 1, TcpHeader.ACK, nowNanos);
    }

    /** Whether a packet for application data can be had. */
    boolean mayReserve() {
        Packet packet = output.acquire();
        if (packet == null) {
            return false;
        }
        packet.release();
        return true;
    }

    /** Gives all packets back. */
    void close() {
        queue.clear();
        nextIndex = 0;
    }

    // ---- figures ----

    int segmentBytes() {
        return packing.segmentBytes();
    }

    boolean isFinQueued() {
        return finQueued;
    }

    boolean hasUnsent() {
        return nextIndex < queue.size() || (finQueued && next == end);
    }

    /** Bytes written that the peer has not acknowledged. */
    int queuedBytes() {
        return queue.size() == 0 ? 0 : end - queue.sequence(0);
    }

    /** How many more bytes the application may write now, as far as this connection's limits go. */
    int freeBytes() {
        return queue.size() >= segmentsMax() ? 0 : Math.max(0, bufferBytes - queuedBytes());
    }

    /** Small segments take a whole buffer each, so their number is bounded too. */
    private int segmentsMax() {
        return SEGMENTS_MIN + (bufferBytes >> SEGMENT_BYTES_SHIFT);
    }

    int bufferBytes() {
        return bufferBytes;
    }

    void bufferBytes(int bytes) {
        bufferBytes = bytes;
    }

    boolean noDelay() {
        return noDelay;
    }

    void noDelay(boolean on) {
        noDelay = on;
    }

    long retransmitted() {
        return retransmitted;
    }

    long bytesAcknowledged() {
        return bytesAcknowledged;
    }
}
