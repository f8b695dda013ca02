package dev.ringroad.stack.icmp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.IcmpHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.drop.Arrival;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;
import dev.ringroad.stack.ip.IpDatagram;
import dev.ringroad.stack.ip.IpError;
import dev.ringroad.stack.ip.IpLayer;
import dev.ringroad.stack.ip.Protocols;
import dev.ringroad.stack.ip.ReassemblyExpiry;
import dev.ringroad.stack.ip.Route;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * The internet control message protocol (RFC 792, RFC 1122 section 3.2.2): answers echoes, tells
 * senders why their datagrams were of no use, and passes on what others tell.
 *
 * <p>Anybody can send control messages, so little is believed: redirects are ignored, an error must
 * quote a datagram that one of our addresses can have sent, and the protocol it names decides
 * whether it did (RFC 5927). What is sent is limited in rate (RFC 1812 section 4.3.2.8) and never
 * answers an error, a fragment that is not the first, or what was for more hosts than this one (RFC
 * 1122 section 3.2.2).
 */
public final class IcmpLayer implements ReassemblyExpiry {
    /** RFC 1812 section 4.3.2.3: quote as much as fits without exceeding 576 bytes in all. */
    private static final int ERROR_BYTES_MAX = 576 - Ipv4Header.BYTES;

    /** Destination unreachable's code for a protocol nobody speaks. */
    public static final int CODE_PROTOCOL = IcmpHeader.CODE_PROTOCOL;

    /** Destination unreachable's code for a port nobody listens at. */
    public static final int CODE_PORT = IcmpHeader.CODE_PORT;

    /**
     * Lengths that links have; the next one down is tried when a router doesn't tell (RFC 1191
     * section 7).
     */
    private static final int[] PLATEAUS = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 576};

    private final IpLayer ip;
    private final StackCounters counters;
    private final RateLimit errorLimit;
    private final IpError received = new IpError();

    /** The layer of a stack. */
    public IcmpLayer(StackConfig config, IpLayer ip, StackCounters counters, long nowNanos) {
        this.ip = ip;
        this.counters = counters;
        this.errorLimit = new RateLimit(config.ip().icmpErrorsPerSecond(), nowNanos);
    }

    /** Takes a message; it owns the packet from here on. */
    public void input(Packet packet, IpDatagram datagram, long nowNanos) {
        MemorySegment s = packet.segment();
        long at = packet.offset();
        int bytes = packet.length();
        if (bytes < IcmpHeader.BYTES) {
            counters.drop(DropReason.ICMP_TOO_SHORT, packet);
            return;
        }
        if (!packet.has(Packet.CHECKSUM_VERIFIED) && !IcmpHeader.checksumIsRight(s, at, bytes)) {
            counters.drop(DropReason.ICMP_CHECKSUM, packet);
            return;
        }
        switch (IcmpHeader.type(s, at)) {
            case IcmpHeader.ECHO_REQUEST -> answerEcho(packet, datagram, nowNanos);
            case IcmpHeader.UNREACHABLE, IcmpHeader.TIME_EXCEEDED, IcmpHeader.PARAMETER_PROBLEM -> {
                hearError(s, at, bytes, nowNanos);
                packet.release();
            }
            case IcmpHeader.ECHO_REPLY -> counters.drop(DropReason.ICMP_REPLY_UNASKED, packet);
            case IcmpHeader.REDIRECT -> counters.drop(DropReason.ICMP_REDIRECT, packet);
            default -> counters.drop(DropReason.ICMP_TYPE_UNKNOWN, packet);
        }
    }

    /**
     * Turns the request round in its own packet: only the type changes, and the checksum with it
     * (RFC 1624).
     */
    private void answerEcho(Packet packet, IpDatagram datagram, long nowNanos) {
        if (!datagram.isUnicast()) {
            counters.drop(DropReason.ICMP_ECHO_BROADCAST, packet);
            return;
        }
        Route route = routeBack(datagram);
        if (route == null) {
            counters.drop(DropReason.IP_NO_ROUTE, packet);
            return;
        }
        MemorySegment s = packet.segment();
        long at = packet.offset();
        int oldWord = BigEndian.u16(s, at);
        int newWord = IcmpHeader.ECHO_REPLY << 8 | IcmpHeader.code(s, at);
        BigEndian.u16(s, at, newWord);
        IcmpHeader.checksum(s, at, Checksum.update16(IcmpHeader.checksum(s, at), oldWord, newWord));
        // The flag was about what came in.
        packet.clearFlags(Packet.CHECKSUM_VERIFIED);
        Arrival.kept(packet);
        ip.send(packet, route, Protocols.ICMP, 0, datagram.trafficClass(), nowNanos);
    }

    /** The route to a datagram's sender; null when that is no single host. */
    private @Nullable Route routeBack(IpDatagram datagram) {
        Route route =
                ip.route(
                        datagram.sourceHigh(),
                        datagram.sourceLow(),
                        datagram.destinationHigh(),
                        datagram.destinationLow());
        return route != null && route.isUnicast() ? route : null;
    }

    private void hearError(MemorySegment s, long at, int bytes, long nowNanos) {
        IpError.Kind kind = kindOf(IcmpHeader.type(s, at), IcmpHeader.code(s, at));
        long quoteAt = at + IcmpHeader.BYTES;
        int quoteBytes = bytes - IcmpHeader.BYTES;
        if (kind == null
                || !received.quoteV4(kind, 0, s, quoteAt, quoteBytes)
                || !ip.owns(received.localHigh(), received.localLow())
                || isNoSingleHost((int) received.remoteLow())) {
            counters.count(DropReason.ICMP_QUOTE_INVALID);
            return;
        }
        if (kind == IpError.Kind.PACKET_TOO_BIG) {
            int told = IcmpHeader.nextHopMtu(s, at);
            received.nextHopMtu(told != 0 ? told : plateauBelow(Ipv4Header.totalBytes(s, quoteAt)));
        }
        ip.report(received, nowNanos);
    }

    private static boolean isNoSingleHost(int address) {
        return address == 0 || address >>> 28 >= 0xe;
    }

    private static int plateauBelow(int totalBytes) {
        for (int plateau : PLATEAUS) {
            if (plateau < totalBytes) {
                return plateau;
            }
        }
        return PLATEAUS[PLATEAUS.length - 1];
    }

    private static IpError.@Nullable Kind kindOf(int type, int code) {
        return switch (type) {
            case IcmpHeader.UNREACHABLE ->
                    switch (code) {
                        case 0, 6, 11 -> IpError.Kind.NET_UNREACHABLE;
                        case 1, 5, 7, 8, 12 -> IpError.Kind.HOST_UNREACHABLE;
                        case IcmpHeader.CODE_PROTOCOL -> IpError.Kind.PROTOCOL_UNREACHABLE;
                        case IcmpHeader.CODE_PORT -> IpError.Kind.PORT_UNREACHABLE;
                        case IcmpHeader.CODE_FRAGMENTATION_NEEDED -> IpError.Kind.PACKET_TOO_BIG;
                        case 9, 10, IcmpHeader.CODE_PROHIBITED, 14, 15 -> IpError.Kind.PROHIBITED;
                        default -> null;
                    };
            case IcmpHeader.TIME_EXCEEDED ->
                    switch (code) {
                        case IcmpHeader.CODE_HOPS -> IpError.Kind.TTL_EXCEEDED;
                        case IcmpHeader.CODE_REASSEMBLY -> IpError.Kind.REASSEMBLY_TIMED_OUT;
                        default -> null;
                    };
            default -> IpError.Kind.PARAMETER_PROBLEM;
        };
    }

    /**
     * Tells the sender that its datagram could not be delivered here.
     *
     * @param packet the datagram's payload, its IP header lying before; stays the caller's and
     *     keeps its view
     * @param code {@link #CODE_PORT} or {@link #CODE_PROTOCOL}
     */
    public void unreachable(Packet packet, IpDatagram datagram, int code, long nowNanos) {
        sendError(packet, datagram, IcmpHeader.UNREACHABLE, code, nowNanos);
    }

    @Override
    public void timedOut(Packet firstPart, IpDatagram datagram, long nowNanos) {
        sendError(
                firstPart,
                datagram,
                IcmpHeader.TIME_EXCEEDED,
                IcmpHeader.CODE_REASSEMBLY,
                nowNanos);
    }

    private void sendError(Packet about, IpDatagram datagram, int type, int code, long nowNanos) {
        if (!datagram.isUnicast()
                || isErrorItself(about, datagram)
                || !errorLimit.allows(nowNanos)) {
            counters.count(DropReason.ICMP_ERROR_SUPPRESSED);
            return;
        }
        Route route = routeBack(datagram);
        Packet error = route == null ? null : ip.acquireControl(route);
        if (route == null || error == null) {
            counters.count(DropReason.ICMP_ERROR_SUPPRESSED);
            return;
        }
        int headerBytes = datagram.headerBytes();
        int room = Math.min(ERROR_BYTES_MAX, error.tailroom()) - IcmpHeader.BYTES;
        int quoted = Math.min(headerBytes + about.length(), room);
        error.append(IcmpHeader.BYTES + quoted);
        MemorySegment s = error.segment();
        long at = error.offset();
        IcmpHeader.write(s, at, type, code, 0);
        error.copyIn(IcmpHeader.BYTES, about.segment(), about.offset() - headerBytes, quoted);
        IcmpHeader.checksum(s, at, Checksum.of(s, at, error.length()));
        ip.send(error, route, Protocols.ICMP, 0, 0, nowNanos);
    }

    /**
     * Errors about errors would go on for ever; of ICMP only questions are answered with an error.
     */
    private static boolean isErrorItself(Packet about, IpDatagram datagram) {
        return datagram.protocol() == Protocols.ICMP
                && (about.length() == 0
                        || IcmpHeader.type(about.segment(), about.offset())
                                != IcmpHeader.ECHO_REQUEST);
    }
}
