package dev.ringroad.bench.packets;

import dev.ringroad.net.device.DecoratedDevice;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.ArpPacket;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.Ipv4Header;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A host behind a nil device: it answers the router's question for its hardware address, and sends
 * datagrams to 1024 addresses in turn. Each is written anew, as a routed one has come back with
 * other addresses and a hop less.
 */
final class NilHost extends DecoratedDevice {

    private static final int FLOWS = 1024;
    private static final int FRAME_BYTES = 64;
    private static final int TTL = 64;
    private static final int DISCARD_PROTOCOL = 253; // RFC 3692: for experiments
    private static final int HEADERS_BYTES = EthernetHeader.BYTES + Ipv4Header.BYTES;

    /** Any but the device's own. */
    private static final long HARDWARE = 0x0200_0000_0099L;

    private final RxQueue received;
    private final TxQueue sent;
    private final int address;
    private final int router;
    private final byte[][] headers = new byte[FLOWS][];
    private int flow;
    private boolean asked;
    private boolean answered;

    /**
     * @param address of the host
     * @param router who is asked to pass its datagrams on
     * @param network of 1024 destinations
     */
    NilHost(NetDevice nil, int address, int router, int network) {
        super(nil);
        this.received = nil.rxQueue(0);
        this.sent = nil.txQueue(0);
        this.address = address;
        this.router = router;
        for (int i = 0; i < FLOWS; i++) {
            byte[] header = new byte[HEADERS_BYTES];
            MemorySegment s = MemorySegment.ofArray(header);
            long us = nil.macAddress().bits();
            EthernetHeader.write(s, 0, us, HARDWARE, EthernetHeader.TYPE_IPV4);
            Ipv4Header.write(
                    s,
                    EthernetHeader.BYTES,
                    0,
                    FRAME_BYTES - EthernetHeader.BYTES,
                    0,
                    Ipv4Header.DONT_FRAGMENT,
                    TTL,
                    DISCARD_PROTOCOL,
                    address,
                    network + i);
            headers[i] = header;
        }
    }

    @Override
    public RxQueue rxQueue(int i) {
        Objects.checkIndex(i, 1);
        return this::receive;
    }

    @Override
    public TxQueue txQueue(int i) {
        Objects.checkIndex(i, 1);
        return this::transmit;
    }

    private int receive(Burst into) {
        if (asked && !answered) {
            answered = answer(into);
            return into.size();
        }
        int begin = into.size();
        int n = received.receive(into);
        Packet[] packets = into.array();
        int next = flow;
        for (int i = begin; i < begin + n; i++) {
            packets[i].copyIn(0, headers[next], 0, HEADERS_BYTES);
            next = (next + 1) & (FLOWS - 1);
        }
        flow = next;
        return n;
    }

    private boolean answer(Burst into) {
        Packet reply = pool().acquire();
        if (reply == null) {
            return false;
        }
        reply.append(EthernetHeader.BYTES + ArpPacket.BYTES);
        MemorySegment s = reply.segment();
        long at = reply.offset();
        long us = macAddress().bits();
        EthernetHeader.write(s, at, us, HARDWARE, EthernetHeader.TYPE_ARP);
        long arp = at + EthernetHeader.BYTES;
        ArpPacket.write(s, arp, ArpPacket.REPLY, HARDWARE, address, us, router);
        into.add(reply);
        return true;
    }

    private int transmit(Burst from) {
        for (int i = 0; !asked && i < from.size(); i++) {
            Packet packet = from.get(i);
            long arp = packet.offset() + EthernetHeader.BYTES;
            asked =
                    EthernetHeader.type(packet.segment(), packet.offset())
                                    == EthernetHeader.TYPE_ARP
                            && ArpPacket.targetProtocol(packet.segment(), arp) == address;
        }
        return sent.transmit(from);
    }
}
