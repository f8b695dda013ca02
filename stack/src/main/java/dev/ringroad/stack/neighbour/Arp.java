package dev.ringroad.stack.neighbour;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.ArpPacket;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * The address resolution protocol (RFC 826) of one interface, with RFC 5227's announcements and
 * defence.
 *
 * <p>Anybody on the link can send ARP packets, so what they say is believed sparingly: an entry is
 * made only for somebody who asks for one of our addresses, an existing one is brought up to date
 * (RFC 826's merge), and everything else is dropped. A packet whose sender differs from its frame's
 * source is a forgery and dropped too.
 */
public final class Arp implements NeighbourCache.Solicitor {
    /** RFC 5227 section 2.4: an address is defended at most once in ten seconds. */
    private static final long DEFEND_INTERVAL_NANOS = 10_000_000_000L;

    /**
     * The first 96 bits of an IPv4 address as the neighbour cache keeps it (RFC 4291 section
     * 2.5.5.2).
     */
    private static final long MAPPED = 0xffff_0000_0000L;

    private final Link link;
    private final NeighbourCache cache;
    private final StackCounters counters;
    private long defendedNanos;
    private boolean defended;

    /** The machine of an interface. */
    public Arp(Link link, NeighbourCache cache, StackCounters counters) {
        this.link = link;
        this.cache = cache;
        this.counters = counters;
    }

    /**
     * Takes a frame with an ARP packet and releases it.
     *
     * @param etherBytes how many bytes of link header its data begin with
     */
    public void input(Packet frame, int etherBytes, long nowNanos) {
        DropReason objection =
                handle(
                        frame.segment(),
                        frame.offset() + etherBytes,
                        frame.length() - etherBytes,
                        EthernetHeader.source(frame.segment(), frame.offset()),
                        nowNanos);
        if (objection != null) {
            counters.count(objection);
        }
        frame.release();
    }

    private @Nullable DropReason handle(
            MemorySegment s, long at, int bytes, long frameSource, long nowNanos) {
        if (bytes < ArpPacket.BYTES) {
            return DropReason.ARP_TOO_SHORT;
        }
        if (ArpPacket.check(s, at, bytes) != 0) {
            return DropReason.ARP_NOT_ETHERNET_IPV4;
        }
        long hardware = ArpPacket.senderHardware(s, at);
        int sender = ArpPacket.senderProtocol(s, at);
        int target = ArpPacket.targetProtocol(s, at);
        if (hardware != frameSource
                || hardware == 0
                || EthernetHeader.isGroup(hardware)
                || isNoHost(sender)) {
            return DropReason.ARP_SENDER_INVALID;
        }
        boolean forUs = link.ownsV4(target);
        boolean request = ArpPacket.operation(s, at) == ArpPacket.REQUEST;
        if (link.ownsV4(sender)) {
            if (hardware != link.hardware()) {
                defend(sender, nowNanos);
            }
            return DropReason.ARP_SENDER_IS_US;
        }
        if (sender
                != 0) { // 0 is a probe (RFC 5227 section 2.1.1): somebody wants to know whether the
            // address is free
            boolean known =
                    cache.learn(
                            0,
                            MAPPED | (sender & 0xffff_ffffL),
                            hardware,
                            forUs && request,
                            forUs && !request,
                            nowNanos);
            if (!known && !forUs) {
                return DropReason.ARP_UNSOLICITED;
            }
        }
        if (forUs && request) {
            transmit(ArpPacket.REPLY, hardware, target, hardware, sender);
        }
        return null;
    }

    /** Loopback, multicast, reserved and broadcast addresses cannot have hardware of their own. */
    private static boolean isNoHost(int address) {
        return address >>> 24 == 127 || address >>> 28 >= 0xe;
    }

    private void defend(int address, long nowNanos) {
        if (!defended || nowNanos - defendedNanos >= DEFEND_INTERVAL_NANOS) {
            defended = true;
            defendedNanos = nowNanos;
            announce(address);
        }
    }

    /**
     * Tells everybody who has the address (RFC 5227 section 3): for a new address, or when the link
     * has come up.
     */
    public void announce(int address) {
        transmit(ArpPacket.REQUEST, EthernetHeader.BROADCAST, address, 0, address);
    }

    @Override
    public void solicit(long addressHigh, long addressLow, long unicastTo, long nowNanos) {
        int target = (int) addressLow;
        long to = unicastTo == 0 ? EthernetHeader.BROADCAST : unicastTo;
        transmit(ArpPacket.REQUEST, to, link.sourceV4(target), 0, target);
    }

    private void transmit(int operation, long to, int sender, long targetHardware, int target) {
        Packet frame = link.acquire();
        if (frame == null) {
            return;
        }
        frame.append(EthernetHeader.BYTES + ArpPacket.BYTES);
        MemorySegment s = frame.segment();
        long at = frame.offset();
        EthernetHeader.write(s, at, to, link.hardware(), EthernetHeader.TYPE_ARP);
        ArpPacket.write(
                s,
                at + EthernetHeader.BYTES,
                operation,
                link.hardware(),
                sender,
                targetHardware,
                target);
        link.transmit(frame);
    }
}
