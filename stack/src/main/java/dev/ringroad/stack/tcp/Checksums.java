package dev.ringroad.stack.tcp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpDatagram;
import dev.ringroad.stack.ip.Protocols;

/** The checksum of segments: made, left to the device, or checked (RFC 9293 section 3.1). */
final class Checksums {
    private Checksums() {}

    /**
     * The part of the pseudo-header that is the same for all segments from one address to another.
     */
    static long pseudoHeader(IpAddress local, IpAddress remote) {
        return local.isV4()
                ? Checksum.pseudoHeader4(local.v4(), remote.v4(), Protocols.TCP, 0)
                : Checksum.pseudoHeader6(
                        local.high(), local.low(), remote.high(), remote.low(), Protocols.TCP, 0);
    }

    /** Stores the checksum of a segment whose field is 0, or what the device needs to do so. */
    static void complete(Packet packet, long pseudoHeader, boolean offload) {
        int bytes = packet.length();
        // Sums add up, so the length may come last.
        long sum = pseudoHeader + Checksum.pseudoHeader4(0, 0, 0, bytes);
        long at = packet.offset();
        if (offload) {
            TcpHeader.checksum(packet.segment(), at, Checksum.fold(sum));
            packet.requestChecksum(0, TcpHeader.CHECKSUM);
        } else {
            TcpHeader.checksum(
                    packet.segment(),
                    at,
                    Checksum.finish(Checksum.partial(packet.segment(), at, bytes, sum)));
        }
    }

    /** Whether a received segment's checksum is right; the device may have looked already. */
    static boolean isRight(Packet packet, IpDatagram datagram) {
        if (packet.has(Packet.CHECKSUM_VERIFIED)) {
            return true;
        }
        int bytes = packet.length();
        long sum =
                datagram.version() == 4
                        ? Checksum.pseudoHeader4(
                                datagram.sourceV4(), datagram.destinationV4(), Protocols.TCP, bytes)
                        : Checksum.pseudoHeader6(
                                datagram.sourceHigh(),
                                datagram.sourceLow(),
                                datagram.destinationHigh(),
                                datagram.destinationLow(),
                                Protocols.TCP,
                                bytes);
        return Checksum.isRight(Checksum.partial(packet.segment(), packet.offset(), bytes, sum));
    }
}
