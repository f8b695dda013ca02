package dev.ringroad.stack.tcp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpOutput;
import dev.ringroad.stack.ip.Protocols;
import dev.ringroad.stack.ip.Route;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * Puts headers before payloads and hands segments to the internet layer: one for each connection,
 * with the words that never change kept ready.
 */
final class SegmentOutput {
    private final IpOutput output;

    private IpAddress local = IpAddress.ANY_V4;
    private IpAddress remote = IpAddress.ANY_V4;
    private @Nullable Route route;
    private int portsWord;
    private long pseudoHeader;
    private boolean checksumOffload;
    private boolean segmentationOffload;
    private int trafficClass;
    private boolean timestamps;
    private int timestampOffset;

    SegmentOutput(IpOutput output) {
        this.output = output;
    }

    void start(
            IpAddress newLocal,
            int localPort,
            IpAddress newRemote,
            int remotePort,
            Route newRoute) {
        local = newLocal;
        remote = newRemote;
        portsWord = localPort << 16 | remotePort;
        pseudoHeader = Checksums.pseudoHeader(local, remote);
        use(newRoute);
    }

    private void use(Route newRoute) {
        route = newRoute;
        checksumOffload = output.checksumOffload(newRoute);
        segmentationOffload = checksumOffload && output.segmentationOffload(newRoute);
    }

    /** Whether the device cuts what is longer than a segment. */
    boolean segmentationOffload() {
        return segmentationOffload;
    }

    void trafficClass(int value) {
        trafficClass = value;
    }

    int trafficClass() {
        return trafficClass;
    }

    /** Both sides have agreed on timestamps, or this side offers them. */
    void timestamps(boolean on, int offset) {
        timestamps = on;
        timestampOffset = offset;
    }

    boolean timestamps() {
        return timestamps;
    }

    int timestampOffset() {
        return timestampOffset;
    }

    /**
     * This connection's timestamp clock: milliseconds (RFC 7323 section 5.4), from an offset of its
     * own.
     */
    int timestamp(long nowNanos) {
        return (int) (nowNanos / 1_000_000) + timestampOffset;
    }

    /**
     * The way that packets take; null before the connection has an address and after the way was
     * lost.
     */
    @Nullable Route route() {
        Route current = route;
        if (current != null && !current.isCurrent()) {
            current = output.route(remote, local);
            if (current != null) {
                use(current);
            } else {
                route = null;
            }
        } else if (current == null && portsWord != 0) {
            current = output.route(remote, local);
            if (current != null) {
                use(current);
            }
        }
        return current;
    }

    /**
     * A packet to be filled with payload; null when there is no route or only the reserve is left.
     */
    @Nullable Packet acquire() {
        Route current = route();
        return current == null ? null : output.acquire(current);
    }

    /**
     * A packet for what keeps things moving: acknowledgements, resets, retransmissions. May use the
     * reserve.
     */
    @Nullable Packet acquireControl() {
        Route current = route();
        return current == null ? null : output.acquireControl(current);
    }

    /**
     * Sends a packet that holds the payload of a segment, or of several that the device cuts; takes
     * one reference in any case.
     *
     * @param segmentBytes the longest payload that may go uncut
     * @return 0, or a negative code of {@link IpOutput}
     */
    int segment(
            Packet packet,
            int sequence,
            int acknowledgment,
            int flags,
            int window,
            int echo,
            int segmentBytes,
            long nowNanos) {
        Route current = route();
        if (current == null) {
            packet.release();
            return IpOutput.UNREACHABLE;
        }
        int headerBytes = timestamps ? TcpHeader.BYTES + Header.TIMESTAMP_BYTES : TcpHeader.BYTES;
        if (packet.length() > segmentBytes) {
            if (segmentBytes + headerBytes + Ipv4Header.BYTES > current.mtu()) {
                packet.release();
                return IpOutput.TOO_BIG;
            }
            packet.requestSegmentation(Packet.SEGMENT_TCP4, segmentBytes);
        } else if (packet.segmentBytes() != 0) {
            // It went out with more behind it before.
            packet.requestSegmentation(Packet.SEGMENT_NONE, 0);
        }
        packet.prepend(headerBytes);
        MemorySegment s = packet.segment();
        long at = packet.offset();
        BigEndian.u32(s, at + Header.PORTS, portsWord);
        BigEndian.u32(s, at + TcpHeader.SEQUENCE, sequence);
        BigEndian.u32(s, at + TcpHeader.ACKNOWLEDGMENT, acknowledgment);
        BigEndian.u32(s, at + Header.CONTROL, headerBytes << 26 | flags << 16 | window);
        BigEndian.u32(s, at + TcpHeader.CHECKSUM, 0);
        if (timestamps) {
            BigEndian.u32(s, at + Header.TIMESTAMP, Header.TIMESTAMP_WORD);
            BigEndian.u32(s, at + Header.TIMESTAMP_VALUE, timestamp(nowNanos));
            BigEndian.u32(s, at + Header.TIMESTAMP_ECHO, echo);
        }
        return send(packet, current, nowNanos);
    }

    /** Sends a SYN with its options; nothing when no packet is free, the timer will try again. */
    void synchronize(
            int sequence,
            int acknowledgment,
            int flags,
            int window,
            int echo,
            int segmentBytes,
            int windowShift,
            long nowNanos) {
        Route current = route();
        Packet packet = current == null ? null : output.acquireControl(current);
        if (current == null || packet == null) {
            return;
        }
        int optionBytes = SynOptions.bytes(timestamps, windowShift);
        int headerBytes = TcpHeader.BYTES + optionBytes;
        packet.prepend(headerBytes);
        MemorySegment s = packet.segment();
        long at = packet.offset();
        BigEndian.u32(s, at + Header.PORTS, portsWord);
        BigEndian.u32(s, at + TcpHeader.SEQUENCE, sequence);
        BigEndian.u32(s, at + TcpHeader.ACKNOWLEDGMENT, acknowledgment);
        BigEndian.u32(s, at + Header.CONTROL, headerBytes << 26 | flags << 16 | window);
        BigEndian.u32(s, at + TcpHeader.CHECKSUM, 0);
        SynOptions.write(
                s,
                at + TcpHeader.BYTES,
                segmentBytes,
                windowShift,
                timestamps,
                timestamp(nowNanos),
                echo);
        send(packet, current, nowNanos);
    }

    private int send(Packet packet, Route current, long nowNanos) {
        Checksums.complete(packet, pseudoHeader, checksumOffload);
        return output.send(packet, current, Protocols.TCP, 0, trafficClass, nowNanos);
    }
}
