package dev.ringroad.net.driver.tap;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.ArpPacket;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.TcpHeader;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A host made by hand at our end of a TAP: answers ARP, and lets a test have the other frames one
 * by one. Name and network are its own, so that tests may run beside others on the machine.
 */
final class TapHost implements AutoCloseable {

    static final int IP = EthernetHeader.BYTES;
    static final int L4 = IP + Ipv4Header.BYTES;

    private static final AtomicInteger NEXT = new AtomicInteger();

    final TapDevice device;
    final CounterFile counters = CounterFile.inMemory(64);
    final String name;
    final int ourIp;
    final int kernelIp;
    long kernelMac;

    private final Burst burst = new Burst(32);
    private final PollSet wake = new PollSet(1);

    TapHost(String options) throws IOException {
        long pid = ProcessHandle.current().pid();
        int number = NEXT.getAndIncrement();
        name = "rr" + pid + "n" + number;
        // 198.18.0.0/15 is set aside for tests of network devices (RFC 2544).
        int block = (int) ((pid * 31 + number) & 0x7FFF);
        kernelIp = (198 << 24 | 18 << 16) + (block << 2) + 1;
        ourIp = kernelIp + 1;
        String spec = "tap:" + name + ",host=" + text(kernelIp) + "/30" + options;
        device = TapDevice.open(DeviceSpec.parse(spec), counters);
    }

    static String text(int ip) {
        return (ip >>> 24) + "." + (ip >> 16 & 0xFF) + "." + (ip >> 8 & 0xFF) + "." + (ip & 0xFF);
    }

    InetAddress ourAddress() {
        return InetAddress.ofLiteral(text(ourIp));
    }

    InetAddress kernelAddress() {
        return InetAddress.ofLiteral(text(kernelIp));
    }

    /** Sleeps until a frame comes, as an owner does. */
    void await() {
        if (Thread.interrupted()) {
            throw new IllegalStateException("the test's time is over");
        }
        wake.clear();
        if (device.prepareSleep(wake)) {
            wake.poll(50_000_000);
        }
        device.wakeUp();
        device.service(System.nanoTime());
    }

    /** The next IPv4 packet of a protocol; other frames are answered or dropped. */
    Packet next(int protocol) {
        while (true) {
            if (burst.isEmpty() && device.rxQueue(0).receive(burst) == 0) {
                await();
                continue;
            }
            Packet packet = burst.get(0);
            burst.removeFirst(1);
            MemorySegment s = packet.segment();
            long at = packet.offset();
            if (EthernetHeader.type(s, at) == EthernetHeader.TYPE_ARP) {
                answerArp(s, at + EthernetHeader.BYTES);
            } else if (EthernetHeader.type(s, at) == EthernetHeader.TYPE_IPV4
                    && Ipv4Header.protocol(s, at + IP) == protocol) {
                kernelMac = EthernetHeader.source(s, at);
                return packet;
            }
            packet.release();
        }
    }

    private void answerArp(MemorySegment s, long at) {
        if (ArpPacket.operation(s, at) != ArpPacket.REQUEST
                || ArpPacket.targetProtocol(s, at) != ourIp) {
            return;
        }
        kernelMac = ArpPacket.senderHardware(s, at);
        announce();
    }

    /** Lets the kernel ask for our address and answers, so that its next frames are the test's. */
    void meet() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, kernelAddress())) {
            socket.send(new DatagramPacket(new byte[1], 1, ourAddress(), 9));
            next(Ipv4Header.PROTOCOL_UDP).release();
        }
    }

    private void announce() {
        Packet reply = acquire(EthernetHeader.BYTES + ArpPacket.BYTES);
        MemorySegment s = reply.segment();
        long at = reply.offset();
        long to = kernelMac == 0 ? EthernetHeader.BROADCAST : kernelMac;
        long mac = device.macAddress().bits();
        EthernetHeader.write(s, at, to, mac, EthernetHeader.TYPE_ARP);
        ArpPacket.write(s, at + EthernetHeader.BYTES, ArpPacket.REPLY, mac, ourIp, to, kernelIp);
        transmit(reply);
    }

    Packet acquire(int bytes) {
        Packet packet = Objects.requireNonNull(device.pool().acquire());
        packet.append(bytes);
        return packet;
    }

    /** A packet to the kernel with its Ethernet and IPv4 headers written. */
    Packet packet(int protocol, int l4Bytes) {
        Packet packet = acquire(L4 + l4Bytes);
        MemorySegment s = packet.segment();
        long at = packet.offset();
        long mac = device.macAddress().bits();
        EthernetHeader.write(s, at, kernelMac, mac, EthernetHeader.TYPE_IPV4);
        int total = Ipv4Header.BYTES + l4Bytes;
        Ipv4Header.write(
                s, at + IP, 0, total, 1, Ipv4Header.DONT_FRAGMENT, 64, protocol, ourIp, kernelIp);
        return packet;
    }

    /** Leaves the checksum of a transport header to the device. */
    void requestChecksum(Packet packet, int protocol, int fieldBytes) {
        int bytes = packet.length() - L4;
        int pseudo = Checksum.fold(Checksum.pseudoHeader4(ourIp, kernelIp, protocol, bytes));
        MemorySegment s = packet.segment();
        BigEndian.u16(s, packet.offset() + L4 + fieldBytes, pseudo);
        packet.requestChecksum(L4, fieldBytes);
    }

    /** A TCP segment whose payload is the caller's to write; its checksum is left to the device. */
    Packet tcp(int ports, int sequence, int acknowledgment, int flags, int payloadBytes) {
        Packet packet = packet(Ipv4Header.PROTOCOL_TCP, TcpHeader.BYTES + payloadBytes);
        TcpHeader.write(
                packet.segment(),
                packet.offset() + L4,
                ports >>> 16,
                ports & 0xFFFF,
                sequence,
                acknowledgment,
                TcpHeader.BYTES,
                flags,
                65535);
        requestChecksum(packet, Ipv4Header.PROTOCOL_TCP, TcpHeader.CHECKSUM);
        return packet;
    }

    void transmit(Packet packet) {
        Burst out = new Burst(1);
        out.add(packet);
        while (device.txQueue(0).transmit(out) == 0) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        burst.releaseAll();
        device.close();
        wake.close();
        counters.close();
    }
}
