package dev.ringroad.stack.tcp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.net.wire.TcpOptions;

import java.lang.foreign.MemorySegment;

/** A received segment taken apart, for the slow path; one object is filled again for each. */
final class Segment {
    private final TcpOptions options = new TcpOptions();

    int sequence;
    int acknowledgment;
    int flags;

    /** As in the header, unscaled. */
    int window;

    int headerBytes;
    int payloadBytes;

    /** The peer's maximum segment size; 0 when it did not tell. */
    int segmentBytes;

    /** The peer's window scale, or {@link SynOptions#NO_SHIFT}. */
    int windowShift;

    boolean hasTimestamp;
    int timestampValue;
    int timestampEcho;

    /**
     * Reads a segment whose header length has been checked; false when its options are malformed.
     */
    boolean read(Packet packet) {
        MemorySegment s = packet.segment();
        long at = packet.offset();
        sequence = TcpHeader.sequence(s, at);
        acknowledgment = TcpHeader.acknowledgment(s, at);
        flags = TcpHeader.flags(s, at);
        window = TcpHeader.window(s, at);
        headerBytes = TcpHeader.headerBytes(s, at);
        payloadBytes = packet.length() - headerBytes;
        if (options.parse(s, at + TcpHeader.BYTES, headerBytes - TcpHeader.BYTES) != 0) {
            return false;
        }
        segmentBytes = options.mss();
        windowShift = options.windowScale();
        hasTimestamp = options.hasTimestamps();
        timestampValue = options.timestampValue();
        timestampEcho = options.timestampEcho();
        return true;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /**
     * How much of the sequence space it takes: data, SYN and FIN (RFC 9293 section 3.4, SEG.LEN).
     */
    int sequenceLength() {
        return payloadBytes + (has(TcpHeader.SYN) ? 1 : 0) + (has(TcpHeader.FIN) ? 1 : 0);
    }
}
