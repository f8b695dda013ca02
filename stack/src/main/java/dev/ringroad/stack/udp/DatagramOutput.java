package dev.ringroad.stack.udp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.UdpHeader;
import dev.ringroad.stack.ip.IpLayer;
import dev.ringroad.stack.ip.IpOutput;
import dev.ringroad.stack.ip.Protocols;
import dev.ringroad.stack.ip.Route;

import java.lang.foreign.MemorySegment;

/** Writes the UDP header before a payload and sends the datagram where its route leads. */
final class DatagramOutput {
    private final IpLayer ip;

    DatagramOutput(IpLayer ip) {
        this.ip = ip;
    }

    /**
     * Sends a datagram.
     *
     * @param packet the payload behind room for the header; its reference moves
     * @return what {@link IpOutput#send} says
     */
    int send(
            Packet packet,
            Route route,
            int sourcePort,
            int destinationPort,
            UdpOptions options,
            long nowNanos) {
        writeHeader(packet, route, sourcePort, destinationPort);
        int ttl = route.isMulticast() ? options.multicastTtl() : options.ttl();
        if (!route.isUnicast()) {
            sendBack(packet, route, options);
        }
        if (route.isMulticast() && ttl == 0) {
            packet.release(); // never leaves the host (RFC 1112 section 6.1)
            return IpOutput.SENT;
        }
        return ip.send(packet, route, Protocols.UDP, ttl, options.trafficClass(), nowNanos);
    }

    private void writeHeader(Packet packet, Route route, int sourcePort, int destinationPort) {
        int length = packet.length();
        MemorySegment s = packet.segment();
        long at = packet.offset();
        UdpHeader.write(s, at, sourcePort, destinationPort, length);
        long pseudo =
                Checksum.pseudoHeader4(
                        route.source().v4(), route.destination().v4(), Protocols.UDP, length);
        // A device completes the checksum of one frame; a datagram in fragments is summed here.
        if (fitsOneFrame(packet, route) && ip.checksumOffload(route)) {
            BigEndian.u16(s, at + UdpHeader.CHECKSUM, Checksum.fold(pseudo));
            packet.requestChecksum(0, UdpHeader.CHECKSUM);
        } else {
            UdpHeader.checksum(s, at, UdpHeader.finish(Checksum.partial(s, at, length, pseudo)));
        }
    }

    private static boolean fitsOneFrame(Packet packet, Route route) {
        return packet.length() + Ipv4Header.BYTES <= route.mtu();
    }

    /** What goes to a group or to all is heard by the stack's own endpoints too. */
    private void sendBack(Packet packet, Route route, UdpOptions options) {
        boolean wanted =
                route.isBroadcast()
                        || (options.multicastLoop()
                                && ip.isMember(
                                        route.netInterface(),
                                        route.destination().high(),
                                        route.destination().low()));
        if (!wanted || !fitsOneFrame(packet, route)) {
            return;
        }
        Packet copy = ip.acquire(route);
        if (copy != null) {
            copy.copyFrom(packet);
            ip.sendBack(copy, route, Protocols.UDP, options.multicastTtl(), options.trafficClass());
        }
    }
}
