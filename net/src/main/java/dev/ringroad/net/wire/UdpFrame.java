package dev.ringroad.net.wire;

import java.lang.foreign.MemorySegment;

/** A whole frame for those who make traffic: Ethernet, IPv4 without options, UDP. */
public final class UdpFrame {

    /** Bytes of the three headers, and so of the shortest frame. */
    public static final int HEADER_BYTES =
            EthernetHeader.BYTES + Ipv4Header.BYTES + UdpHeader.BYTES;

    private static final int TTL = 64;

    private UdpFrame() {}

    /**
     * Writes the headers of a frame as long as the array, in which UDP does without a checksum.
     *
     * @param frame of {@link #HEADER_BYTES} at least
     * @param port of the sender and the receiver
     * @return the checksum of the IPv4 header
     */
    public static int write(
            byte[] frame,
            long destination,
            long source,
            int sourceAddress,
            int destinationAddress,
            int port) {
        MemorySegment s = MemorySegment.ofArray(frame);
        EthernetHeader.write(s, 0, destination, source, EthernetHeader.TYPE_IPV4);
        int ip = EthernetHeader.BYTES;
        int ipBytes = frame.length - ip;
        Ipv4Header.write(
                s,
                ip,
                0,
                ipBytes,
                0,
                Ipv4Header.DONT_FRAGMENT,
                TTL,
                Ipv4Header.PROTOCOL_UDP,
                sourceAddress,
                destinationAddress);
        int udp = ip + Ipv4Header.BYTES;
        UdpHeader.write(s, udp, port, port, ipBytes - Ipv4Header.BYTES);
        return Ipv4Header.checksum(s, ip);
    }
}
