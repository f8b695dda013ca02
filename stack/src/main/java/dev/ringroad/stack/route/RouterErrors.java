package dev.ringroad.stack.route;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.IcmpHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.stack.icmp.RateLimit;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * ICMP errors about datagrams that could not be passed on (RFC 792, RFC 1812 section 4.3.2):
 * limited in rate, and never about an error, a fragment that is not the first, or what was for more
 * hosts than one.
 */
final class RouterErrors {

    /** RFC 1812 section 4.3.2.3: quote as much as fits without exceeding 576 bytes in all. */
    private static final int DATAGRAM_BYTES_MAX = 576;

    private static final int HEADERS_BYTES =
            EthernetHeader.BYTES + Ipv4Header.BYTES + IcmpHeader.BYTES;

    /** RFC 1812 section 4.3.2.5: errors travel as internetwork control. */
    private static final int TRAFFIC_CLASS = 0xC0;

    /** Source quench (RFC 792), obsolete but an error. */
    private static final int SOURCE_QUENCH = 4;

    /** The highest type that was ever a question or an answer: address mask reply (RFC 950). */
    private static final int KNOWN_TYPE_MAX = 18;

    private final RateLimit limit;
    private int identification;

    RouterErrors(int perSecond, long nowNanos) {
        limit = new RateLimit(perSecond, nowNanos);
    }

    /** Whether an error about a frame's datagram may be sent now; it counts as sent if so. */
    boolean allows(Packet about, long nowNanos) {
        MemorySegment s = about.segment();
        long ip = about.offset() + EthernetHeader.BYTES;
        boolean later = (Ipv4Header.fragment(s, ip) & Ipv4Header.FRAGMENT_OFFSET_MASK) != 0;
        return !later && !isErrorItself(s, ip, about.length()) && limit.allows(nowNanos);
    }

    private static boolean isErrorItself(MemorySegment s, long ip, int frameBytes) {
        if (Ipv4Header.protocol(s, ip) != Ipv4Header.PROTOCOL_ICMP) {
            return false;
        }
        int headerBytes = Ipv4Header.headerBytes(s, ip);
        if (EthernetHeader.BYTES + headerBytes >= frameBytes) {
            return true;
        }
        int type = IcmpHeader.type(s, ip + headerBytes);
        return switch (type) {
            case IcmpHeader.UNREACHABLE,
                    SOURCE_QUENCH,
                    IcmpHeader.REDIRECT,
                    IcmpHeader.TIME_EXCEEDED,
                    IcmpHeader.PARAMETER_PROBLEM ->
                    true;
            default -> type > KNOWN_TYPE_MAX;
        };
    }

    /**
     * An error as a frame without Ethernet addresses.
     *
     * @param about begins with an Ethernet header and a checked IPv4 header; stays the caller's
     * @param rest the four bytes behind type, code and checksum
     * @return null when the port has no packet for it, counted
     */
    @Nullable Packet write(Packet about, RouterPort out, int type, int code, int rest) {
        Packet error = out.acquire();
        if (error == null) {
            return null;
        }
        int room = Math.min(DATAGRAM_BYTES_MAX + EthernetHeader.BYTES, error.tailroom());
        int quoted = Math.min(about.length() - EthernetHeader.BYTES, room - HEADERS_BYTES);
        error.append(HEADERS_BYTES + quoted);
        error.copyIn(HEADERS_BYTES, about.segment(), about.offset() + EthernetHeader.BYTES, quoted);
        MemorySegment s = error.segment();
        long ip = error.offset() + EthernetHeader.BYTES;
        long icmp = ip + Ipv4Header.BYTES;
        IcmpHeader.write(s, icmp, type, code, rest);
        IcmpHeader.checksum(s, icmp, Checksum.of(s, icmp, IcmpHeader.BYTES + quoted));
        Ipv4Header.write(
                s,
                ip,
                TRAFFIC_CLASS,
                Ipv4Header.BYTES + IcmpHeader.BYTES + quoted,
                identification++,
                0,
                Router.DEFAULT_TTL,
                Ipv4Header.PROTOCOL_ICMP,
                out.address,
                Ipv4Header.source(about.segment(), about.offset() + EthernetHeader.BYTES));
        BigEndian.u16(s, error.offset() + EthernetHeader.TYPE, EthernetHeader.TYPE_IPV4);
        return error;
    }
}
