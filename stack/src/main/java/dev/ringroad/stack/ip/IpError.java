package dev.ringroad.stack.ip;

import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Ipv4Header;

import java.lang.foreign.MemorySegment;

/**
 * Why a datagram that the stack sent did not arrive, as an ICMP message or the stack itself reports
 * it, with what is quoted of the datagram. One object is filled again for each error.
 */
public final class IpError {
    /** What happened; the ICMP types and codes of both versions come down to these. */
    public enum Kind {
        /** No route to the network (ICMP type 3, codes 0, 6, 11). */
        NET_UNREACHABLE("network unreachable", false),
        /**
         * The host does not answer (type 3, codes 1, 7, 8, 12), or its neighbour address could not
         * be found.
         */
        HOST_UNREACHABLE("host unreachable", false),
        /** The host does not speak the protocol (type 3, code 2). */
        PROTOCOL_UNREACHABLE("protocol unreachable", true),
        /** Nobody listens at the port (type 3, code 3). */
        PORT_UNREACHABLE("port unreachable", true),
        /** Too large for a link on the way (type 3, code 4; RFC 1191). */
        PACKET_TOO_BIG("packet too big", false),
        /** A filter forbids it (type 3, codes 9, 10, 13). */
        PROHIBITED("administratively prohibited", false),
        /** It went round in circles (type 11, code 0). */
        TTL_EXCEEDED("time to live exceeded", false),
        /** Its fragments did not all arrive (type 11, code 1). */
        REASSEMBLY_TIMED_OUT("fragment reassembly timed out", false),
        /** A router or the host could not read its header (type 12). */
        PARAMETER_PROBLEM("parameter problem", false);

        private final String text;
        private final boolean hard;

        Kind(String text, boolean hard) {
            this.text = text;
            this.hard = hard;
        }

        /** Whether trying again is useless (RFC 1122 section 4.2.3.9). */
        public boolean isHard() {
            return hard;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    Kind kind = Kind.HOST_UNREACHABLE;
    int nextHopMtu;
    int protocol;
    long localHigh;
    long localLow;
    long remoteHigh;
    long remoteLow;
    int localPort;
    int remotePort;
    int sequence;

    /** An empty one, to be filled by whoever reports. */
    public IpError() {}

    /**
     * Fills it.
     *
     * @param newNextHopMtu bytes, or 0 when not told
     * @param newProtocol the quoted datagram's protocol
     * @param source the quoted datagram's IPv4 source: one of ours
     * @param destination the quoted datagram's IPv4 destination
     * @param first the first four bytes of the quoted payload
     * @param second the next four
     */
    public void setV4(
            Kind newKind,
            int newNextHopMtu,
            int newProtocol,
            int source,
            int destination,
            int first,
            int second) {
        kind = newKind;
        nextHopMtu = newNextHopMtu;
        protocol = newProtocol;
        localHigh = 0;
        localLow = IpAddress.mapped(source);
        remoteHigh = 0;
        remoteLow = IpAddress.mapped(destination);
        localPort = first >>> 16;
        remotePort = first & 0xffff;
        sequence = second;
    }

    /**
     * Fills it from the quoted beginning of an IPv4 datagram.
     *
     * @param bytes how much is quoted
     * @return false when that is not even the header and eight bytes more (RFC 792)
     */
    public boolean quoteV4(Kind newKind, int newNextHopMtu, MemorySegment s, long at, int bytes) {
        if (bytes < Ipv4Header.BYTES || BigEndian.u8(s, at) >>> 4 != 4) {
            return false;
        }
        int headerBytes = Ipv4Header.headerBytes(s, at);
        if (headerBytes < Ipv4Header.BYTES
                || bytes < headerBytes + 8
                || (Ipv4Header.fragment(s, at) & Ipv4Header.FRAGMENT_OFFSET_MASK) != 0) {
            return false;
        }
        setV4(
                newKind,
                newNextHopMtu,
                Ipv4Header.protocol(s, at),
                Ipv4Header.source(s, at),
                Ipv4Header.destination(s, at),
                BigEndian.u32(s, at + headerBytes),
                BigEndian.u32(s, at + headerBytes + 4));
        return true;
    }

    /** Sets the MTU that a router told or that was guessed, in bytes. */
    public void nextHopMtu(int bytes) {
        nextHopMtu = bytes;
    }

    /** What happened. */
    public Kind kind() {
        return kind;
    }

    /**
     * For {@link Kind#PACKET_TOO_BIG}: the MTU that would fit, in bytes; 0 when the router didn't
     * tell.
     */
    public int nextHopMtu() {
        return nextHopMtu;
    }

    /** The protocol that had sent it. */
    public int protocol() {
        return protocol;
    }

    /** First half of our address. */
    public long localHigh() {
        return localHigh;
    }

    /** Second half of our address. */
    public long localLow() {
        return localLow;
    }

    /** First half of the address that it was for. */
    public long remoteHigh() {
        return remoteHigh;
    }

    /** Second half of the address that it was for. */
    public long remoteLow() {
        return remoteLow;
    }

    /** Our port. */
    public int localPort() {
        return localPort;
    }

    /** The port that it was for. */
    public int remotePort() {
        return remotePort;
    }

    /** For TCP: the quoted sequence number; for UDP: length and checksum. */
    public int sequence() {
        return sequence;
    }
}
