package dev.ringroad.stack.lab;

import dev.ringroad.net.wire.ArpPacket;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.IcmpHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.UdpHeader;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Frames made by hand, each layer around the bytes of the one above. */
public final class Frames {
    private Frames() {}

    /** An Ethernet frame. */
    public static byte[] ethernet(long destination, long source, int type, byte[] payload) {
        byte[] frame = new byte[EthernetHeader.BYTES + payload.length];
        EthernetHeader.write(MemorySegment.ofArray(frame), 0, destination, source, type);
        System.arraycopy(payload, 0, frame, EthernetHeader.BYTES, payload.length);
        return frame;
    }

    /** An ARP packet. */
    public static byte[] arp(
            int operation, long senderHardware, int sender, long targetHardware, int target) {
        byte[] packet = new byte[ArpPacket.BYTES];
        ArpPacket.write(
                MemorySegment.ofArray(packet),
                0,
                operation,
                senderHardware,
                sender,
                targetHardware,
                target);
        return packet;
    }

    /** An IPv4 datagram that is whole. */
    public static byte[] ipv4(int source, int destination, int protocol, byte[] payload) {
        return ipv4(source, destination, protocol, 77, 0, payload);
    }

    /**
     * An IPv4 datagram or a fragment of one; {@code fragment} holds flags and offset as in the
     * header.
     */
    public static byte[] ipv4(
            int source,
            int destination,
            int protocol,
            int identification,
            int fragment,
            byte[] payload) {
        byte[] datagram = new byte[Ipv4Header.BYTES + payload.length];
        Ipv4Header.write(
                MemorySegment.ofArray(datagram),
                0,
                0,
                datagram.length,
                identification,
                fragment,
                64,
                protocol,
                source,
                destination);
        System.arraycopy(payload, 0, datagram, Ipv4Header.BYTES, payload.length);
        return datagram;
    }

    /** A UDP datagram with its checksum. */
    public static byte[] udp(
            int source, int destination, int sourcePort, int destinationPort, byte[] payload) {
        byte[] datagram = new byte[UdpHeader.BYTES + payload.length];
        MemorySegment s = MemorySegment.ofArray(datagram);
        UdpHeader.write(s, 0, sourcePort, destinationPort, datagram.length);
        System.arraycopy(payload, 0, datagram, UdpHeader.BYTES, payload.length);
        long pseudo = Checksum.pseudoHeader4(source, destination, 17, datagram.length);
        UdpHeader.checksum(s, 0, UdpHeader.finish(Checksum.partial(s, 0, datagram.length, pseudo)));
        return datagram;
    }

    /** A TCP segment without options, with its checksum. */
    public static byte[] tcp(
            int source,
            int destination,
            int sourcePort,
            int destinationPort,
            int flags,
            byte[] payload) {
        byte[] segment = new byte[20 + payload.length];
        MemorySegment s = MemorySegment.ofArray(segment);
        BigEndian.u32(s, 0, sourcePort << 16 | destinationPort);
        BigEndian.u32(s, 4, 0x1234_5678);
        BigEndian.u32(s, 8, 0);
        BigEndian.u32(s, 12, 5 << 28 | flags << 16 | 0xffff);
        System.arraycopy(payload, 0, segment, 20, payload.length);
        long pseudo = Checksum.pseudoHeader4(source, destination, 6, segment.length);
        BigEndian.u16(s, 16, Checksum.finish(Checksum.partial(s, 0, segment.length, pseudo)));
        return segment;
    }

    /** An ICMP message with its checksum. */
    public static byte[] icmp(int type, int code, int rest, byte[] payload) {
        byte[] message = new byte[IcmpHeader.BYTES + payload.length];
        MemorySegment s = MemorySegment.ofArray(message);
        IcmpHeader.write(s, 0, type, code, rest);
        System.arraycopy(payload, 0, message, IcmpHeader.BYTES, payload.length);
        IcmpHeader.checksum(s, 0, Checksum.of(s, 0, message.length));
        return message;
    }

    /** What lies behind the Ethernet header. */
    public static byte[] payload(byte[] frame) {
        return Arrays.copyOfRange(frame, EthernetHeader.BYTES, frame.length);
    }

    /** For the codecs. */
    public static MemorySegment segment(byte[] bytes) {
        return MemorySegment.ofArray(bytes);
    }
}
