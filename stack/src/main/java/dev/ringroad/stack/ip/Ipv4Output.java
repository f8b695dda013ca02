package dev.ringroad.stack.ip;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.stack.config.KeyedHash;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;
import dev.ringroad.stack.neighbour.Neighbour;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * Puts Ethernet and IPv4 headers before what the protocols send and stages it: on the interface,
 * with its neighbour while that has no address yet, or in the loopback queue.
 *
 * <p>Datagrams that need no fragmentation go out as atomic ones (RFC 6864): don't-fragment set,
 * identification 0. Larger ones of UDP and ICMP are cut here; their identification is unpredictable
 * from outside and apart for each destination (RFC 7739's reasons).
 */
final class Ipv4Output {
    private static final int HEADERS_BYTES = EthernetHeader.BYTES + Ipv4Header.BYTES;
    private static final int IDENTIFICATIONS = 256;

    private final StackCounters counters;
    private final int defaultTtl;
    private final KeyedHash hash;
    private final int[] identifications = new int[IDENTIFICATIONS];
    private final Burst loopback;

    Ipv4Output(StackConfig config, StackCounters counters) {
        this.counters = counters;
        this.defaultTtl = config.ip().defaultTtl();
        this.hash = config.keyedHash("identifications");
        for (int i = 0; i < IDENTIFICATIONS; i++) {
            identifications[i] = (int) hash.strong(i, 0, 0);
        }
        this.loopback = new Burst(config.ip().loopbackPackets());
    }

    /** Frames to own addresses that wait for the next poll. */
    Burst loopback() {
        return loopback;
    }

    /** {@link IpOutput#send} for an IPv4 route. */
    int send(Packet packet, Route route, int protocol, int ttl, int trafficClass, long nowNanos) {
        int totalBytes = packet.length() + Ipv4Header.BYTES;
        if (totalBytes > route.mtu && packet.segmentBytes() == 0) {
            return sendOversized(packet, route, protocol, ttl, trafficClass, nowNanos);
        }
        Packet sent = packet;
        if (packet.pool() != route.netInterface.pool) {
            Packet copy = copyForDevice(packet, route);
            if (copy == null) {
                return IpOutput.NO_ROOM;
            }
            sent = copy;
        }
        int fragment = protocol == Protocols.ICMP ? 0 : Ipv4Header.DONT_FRAGMENT;
        int id = fragment == 0 ? nextIdentification(route) : 0;
        writeHeaders(sent, route, protocol, ttl, trafficClass, id, fragment);
        return stage(sent, route, nowNanos);
    }

    /** A device sends packets of its own pool only: others may lie where it cannot reach. */
    private @Nullable Packet copyForDevice(Packet packet, Route route) {
        Packet copy =
                packet.length() > route.netInterface.pool.dataBytesMax()
                        ? null
                        : route.netInterface.acquire(0);
        if (copy != null) {
            copy.copyFrom(packet);
        }
        packet.release();
        return copy;
    }

    private int stage(Packet frame, Route route, long nowNanos) {
        Neighbour neighbour = route.neighbour;
        if (route.kind == Route.LOCAL) {
            return stageLocal(frame);
        }
        if (!neighbour.isReachable()) {
            return sendByCache(frame, route, nowNanos);
        }
        return route.netInterface.stage(frame) ? IpOutput.SENT : IpOutput.NO_ROOM;
    }

    private int sendByCache(Packet frame, Route route, long nowNanos) {
        Neighbour neighbour = route.neighbour;
        if (neighbour.isDead()) {
            IpAddress hop = route.nextHop();
            Neighbour fresh =
                    route.netInterface.neighbours().findOrCreate(hop.high(), hop.low(), nowNanos);
            if (fresh == null) {
                frame.release();
                return IpOutput.NO_ROOM;
            }
            route.neighbour = fresh;
            neighbour = fresh;
        }
        return route.netInterface.neighbours().send(neighbour, frame, nowNanos)
                ? IpOutput.SENT
                : IpOutput.UNREACHABLE;
    }

    /** Puts a complete frame into the loopback queue. */
    int stageLocal(Packet frame) {
        if (loopback.room() == 0) {
            counters.drop(DropReason.LOOPBACK_QUEUE_FULL, frame);
            return IpOutput.NO_ROOM;
        }
        Packet looped = frame;
        if (frame.references() > 1) {
            // The sender keeps it for a retransmission, and the receiver is going to change it.
            Packet copy = frame.pool().acquire();
            if (copy == null) {
                counters.drop(DropReason.PACKET_POOL_DRY, frame);
                return IpOutput.NO_ROOM;
            }
            copy.copyFrom(frame);
            frame.release();
            looped = copy;
        }
        if (looped.has(Packet.CHECKSUM_REQUESTED)) {
            looped.clearFlags(Packet.CHECKSUM_REQUESTED);
            looped.setFlags(Packet.CHECKSUM_VERIFIED);
        }
        looped.requestSegmentation(Packet.SEGMENT_NONE, 0);
        loopback.add(looped);
        return IpOutput.SENT;
    }

    /** Prepends both headers; 34 bytes written as eight words. */
    void writeHeaders(
            Packet packet,
            Route route,
            int protocol,
            int ttl,
            int trafficClass,
            int id,
            int fragment) {
        int totalBytes = packet.length() + Ipv4Header.BYTES;
        int lifetime = ttl == 0 ? defaultTtl : ttl;
        packet.prepend(HEADERS_BYTES);
        MemorySegment s = packet.segment();
        long at = packet.offset();
        long source = route.sourceHardware;
        int ttlAndProtocol = lifetime << 8 | protocol;
        int sum =
                route.sharedHeaderSum + trafficClass + totalBytes + id + fragment + ttlAndProtocol;
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        BigEndian.u64(s, at, route.neighbour.hardware() << 16 | source >>> 32);
        BigEndian.u32(s, at + 8, (int) source);
        BigEndian.u16(s, at + 12, EthernetHeader.TYPE_IPV4);
        BigEndian.u32(s, at + 14, 0x4500_0000 | trafficClass << 16 | totalBytes);
        BigEndian.u32(s, at + 18, id << 16 | fragment);
        BigEndian.u32(s, at + 22, ttlAndProtocol << 16 | (~sum & 0xffff));
        BigEndian.u32(s, at + 26, route.sourceV4);
        BigEndian.u32(s, at + 30, route.destinationV4);
    }

    private int sendOversized(
            Packet packet, Route route, int protocol, int ttl, int trafficClass, long nowNanos) {
        boolean divisible = protocol == Protocols.UDP || protocol == Protocols.ICMP;
        if (!divisible || packet.length() + Ipv4Header.BYTES > 0xffff) {
            counters.drop(DropReason.IP_TOO_BIG, packet);
            return IpOutput.TOO_BIG;
        }
        NetInterface out = route.netInterface;
        // All fragments but the last carry a multiple of eight bytes (RFC 791 section 3.2).
        int most = Math.min(route.mtu - Ipv4Header.BYTES, out.pool.dataBytesMax()) & ~7;
        int id = nextIdentification(route);
        int length = packet.length();
        int result = IpOutput.SENT;
        for (int at = 0; at < length && result == IpOutput.SENT; at += most) {
            int bytes = Math.min(most, length - at);
            boolean more = at + bytes < length;
            Packet fragment = out.acquire(0);
            if (fragment == null) {
                // The rest of a datagram without this piece is of no use to anybody.
                result = IpOutput.NO_ROOM;
                break;
            }
            fragment.append(bytes);
            fragment.copyIn(0, packet.segment(), packet.offset() + at, bytes);
            int word = at >>> 3 | (more ? Ipv4Header.MORE_FRAGMENTS : 0);
            writeHeaders(fragment, route, protocol, ttl, trafficClass, id, word);
            result = stage(fragment, route, nowNanos);
        }
        packet.release();
        return result;
    }

    private int nextIdentification(Route route) {
        int slot =
                (int) (hash.table(route.destinationV4, route.sourceV4) >>> 40)
                        & (IDENTIFICATIONS - 1);
        return identifications[slot]++ & 0xffff;
    }

    /** Makes the header of a first fragment that of the whole datagram again. */
    static void restoreUnfragmented(MemorySegment s, long at, int headerBytes, int totalBytes) {
        BigEndian.u16(s, at + Ipv4Header.TOTAL_LENGTH, totalBytes);
        BigEndian.u16(s, at + Ipv4Header.FRAGMENT, 0);
        Ipv4Header.checksum(s, at, 0);
        Ipv4Header.checksum(s, at, Checksum.of(s, at, headerBytes));
    }
}
