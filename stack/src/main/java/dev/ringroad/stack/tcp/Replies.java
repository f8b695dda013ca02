package dev.ringroad.stack.tcp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpDatagram;
import dev.ringroad.stack.ip.IpOutput;
import dev.ringroad.stack.ip.Protocols;
import dev.ringroad.stack.ip.Route;

import java.lang.foreign.MemorySegment;

/**
 * Segments that no connection sends: resets for what belongs nowhere, acknowledgements out of
 * TIME-WAIT.
 */
final class Replies {
    private final IpOutput output;
    private final TcpCounters counters;

    Replies(IpOutput output, TcpCounters counters) {
        this.output = output;
        this.counters = counters;
    }

    /**
     * Answers a segment for which there is no connection (RFC 9293 section 3.10.7.1); never a
     * reset.
     */
    void reset(Segment segment, IpDatagram datagram, int portsWord, long nowNanos) {
        if (segment.has(TcpHeader.RST) || !datagram.isUnicast()) {
            return;
        }
        Route route =
                output.route(
                        datagram.sourceHigh(),
                        datagram.sourceLow(),
                        datagram.destinationHigh(),
                        datagram.destinationLow());
        if (route == null) {
            return;
        }
        Packet packet = output.acquireControl(route);
        if (packet == null) {
            return;
        }
        packet.prepend(TcpHeader.BYTES);
        boolean acknowledged = segment.has(TcpHeader.ACK);
        write(
                packet,
                portsWord,
                acknowledged ? segment.acknowledgment : 0,
                acknowledged ? 0 : segment.sequence + segment.sequenceLength(),
                acknowledged ? TcpHeader.RST : TcpHeader.RST | TcpHeader.ACK,
                0);
        counters.resetSent();
        send(packet, route, nowNanos);
    }

    /** Acknowledges for a connection that is kept in {@link TimeWait} only. */
    void acknowledge(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            int portsWord,
            int sequence,
            int acknowledgment,
            boolean timestamps,
            int timestampOffset,
            int timestampEcho,
            long nowNanos) {
        Route route = output.route(remoteHigh, remoteLow, localHigh, localLow);
        if (route == null) {
            return;
        }
        Packet packet = output.acquireControl(route);
        if (packet == null) {
            return;
        }
        packet.prepend(timestamps ? TcpHeader.BYTES + Header.TIMESTAMP_BYTES : TcpHeader.BYTES);
        write(packet, portsWord, sequence, acknowledgment, TcpHeader.ACK, 0);
        if (timestamps) {
            MemorySegment s = packet.segment();
            long at = packet.offset();
            BigEndian.u32(s, at + Header.TIMESTAMP, Header.TIMESTAMP_WORD);
            BigEndian.u32(
                    s, at + Header.TIMESTAMP_VALUE, (int) (nowNanos / 1_000_000) + timestampOffset);
            BigEndian.u32(s, at + Header.TIMESTAMP_ECHO, timestampEcho);
        }
        send(packet, route, nowNanos);
    }

    private static void write(
            Packet packet, int portsWord, int sequence, int acknowledgment, int flags, int window) {
        MemorySegment s = packet.segment();
        long at = packet.offset();
        BigEndian.u32(s, at + Header.PORTS, Integer.rotateLeft(portsWord, 16));
        BigEndian.u32(s, at + TcpHeader.SEQUENCE, sequence);
        BigEndian.u32(s, at + TcpHeader.ACKNOWLEDGMENT, acknowledgment);
        BigEndian.u32(s, at + Header.CONTROL, packet.length() << 26 | flags << 16 | window);
        BigEndian.u32(s, at + TcpHeader.CHECKSUM, 0);
    }

    private void send(Packet packet, Route route, long nowNanos) {
        IpAddress local = route.source();
        Checksums.complete(
                packet,
                Checksums.pseudoHeader(local, route.destination()),
                output.checksumOffload(route));
        output.send(packet, route, Protocols.TCP, 0, 0, nowNanos);
    }
}
