package dev.ringroad.stack.udp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.UdpHeader;
import dev.ringroad.stack.config.KeyedHash;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.config.UdpLimits;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;
import dev.ringroad.stack.endpoint.EphemeralPorts;
import dev.ringroad.stack.icmp.IcmpLayer;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpDatagram;
import dev.ringroad.stack.ip.IpError;
import dev.ringroad.stack.ip.IpLayer;
import dev.ringroad.stack.ip.IpProtocol;
import dev.ringroad.stack.ip.Protocols;
import dev.ringroad.stack.ip.Route;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * UDP (RFC 768, RFC 1122 section 4.1): finds the endpoint that a datagram is for. A connected
 * endpoint that matches all four of addresses and ports comes first, by a keyed hash; then one
 * bound to the address, then one bound to any.
 *
 * <p>Belongs to the stack's owner.
 */
public final class UdpLayer implements IpProtocol {
    /** The most that fits into an IPv4 datagram behind both headers. */
    public static final int PAYLOAD_BYTES_MAX = 65507;

    /** Endpoints may queue received packets only while one in so many of the device's is free. */
    private static final int POOL_SHARE = 8;

    private static final int PORTS = 65536;
    private static final int CONNECTED_SLOTS = 4096;

    private final UdpLimits limits;
    private final IpLayer ip;
    private final IcmpLayer icmp;
    private final DatagramOutput output;
    private final StackCounters counters;
    private final EphemeralPorts ephemeral;
    private final KeyedHash hash;
    private final @Nullable UdpEndpoint[] boundByPort = new UdpEndpoint[PORTS];
    private final @Nullable UdpEndpoint[] connectedSlots = new UdpEndpoint[CONNECTED_SLOTS];
    private final List<UdpEndpoint> endpoints = new ArrayList<>();

    /** The layer of a stack. */
    public UdpLayer(StackConfig config, IpLayer ip, IcmpLayer icmp, StackCounters counters) {
        this.limits = config.udp();
        this.ip = ip;
        this.icmp = icmp;
        this.output = new DatagramOutput(ip);
        this.counters = counters;
        this.ephemeral = new EphemeralPorts(config, "udp");
        this.hash = config.keyedHash("udp demultiplexing");
    }

    /** A new endpoint, not bound; null when the stack has as many as it may. */
    public @Nullable UdpEndpoint open() {
        if (endpoints.size() >= limits.endpoints()) {
            return null;
        }
        UdpEndpoint made = new UdpEndpoint(this, ip, limits);
        endpoints.add(made);
        return made;
    }

    DatagramOutput output() {
        return output;
    }

    /** The endpoints that are open. */
    public List<UdpEndpoint> endpoints() {
        return List.copyOf(endpoints);
    }

    @Override
    public void input(Packet packet, IpDatagram datagram, long nowNanos) {
        MemorySegment s = packet.segment();
        long at = packet.offset();
        if (UdpHeader.check(s, at, packet.length()) != 0) {
            counters.drop(DropReason.UDP_TOO_SHORT, packet);
            return;
        }
        int length = UdpHeader.length(s, at);
        if (!packet.has(Packet.CHECKSUM_VERIFIED) && !isChecksumRight(s, at, length, datagram)) {
            counters.drop(DropReason.UDP_CHECKSUM, packet);
            return;
        }
        int port = UdpHeader.destinationPort(s, at);
        if (port == 0) {
            counters.drop(DropReason.UDP_PORT_ZERO, packet);
            return;
        }
        int sourcePort = UdpHeader.sourcePort(s, at);
        if (!datagram.isUnicast()) {
            packet.trimTo(length);
            packet.trimFront(UdpHeader.BYTES);
            deliverToAll(packet, datagram, sourcePort, port);
            return;
        }
        UdpEndpoint endpoint = find(datagram, sourcePort, port);
        if (endpoint == null) {
            icmp.unreachable(packet, datagram, IcmpLayer.CODE_PORT, nowNanos);
            counters.drop(DropReason.UDP_NO_LISTENER, packet);
            return;
        }
        packet.trimTo(length);
        packet.trimFront(UdpHeader.BYTES);
        deliver(endpoint, packet, datagram, sourcePort);
    }

    private static boolean isChecksumRight(
            MemorySegment s, long at, int length, IpDatagram datagram) {
        // The sender may go without one in IPv4 (RFC 768).
        return UdpHeader.checksum(s, at) == 0
                || Checksum.isRight(
                        Checksum.partial(
                                s,
                                at,
                                length,
                                Checksum.pseudoHeader4(
                                        datagram.sourceV4(),
                                        datagram.destinationV4(),
                                        Protocols.UDP,
                                        length)));
    }

    private @Nullable UdpEndpoint find(IpDatagram datagram, int sourcePort, int port) {
        UdpEndpoint connected =
                findConnected(
                        datagram.destinationHigh(),
                        datagram.destinationLow(),
                        port,
                        datagram.sourceHigh(),
                        datagram.sourceLow(),
                        sourcePort);
        if (connected != null) {
            return connected;
        }
        UdpEndpoint best = null;
        int sharers = 0;
        for (UdpEndpoint e = boundByPort[port]; e != null; e = e.nextAtPort) {
            if (e.isConnected()
                    || !e.takes(datagram.destinationHigh(), datagram.destinationLow())) {
                continue;
            }
            if (best == null || (best.isBoundToAny() && !e.isBoundToAny())) {
                best = e;
                sharers = e.options().reusePort() ? 1 : 0;
            } else if (sharers > 0
                    && e.options().reusePort()
                    && e.isBoundToAny() == best.isBoundToAny()) {
                sharers++;
            }
        }
        return best == null || sharers < 2
                ? best
                : share(best, sharers, datagram, sourcePort, port);
    }

    /** Spreads peers over endpoints that share a port: one peer always meets the same endpoint. */
    private UdpEndpoint share(
            UdpEndpoint best, int sharers, IpDatagram datagram, int sourcePort, int port) {
        long spread =
                hash.table(
                        datagram.sourceLow() ^ datagram.sourceHigh(),
                        (long) sourcePort << 16 | port);
        int skip = (int) ((spread >>> 33) % sharers);
        for (UdpEndpoint e = boundByPort[port]; e != null; e = e.nextAtPort) {
            boolean among =
                    !e.isConnected()
                            && e.options().reusePort()
                            && e.isBoundToAny() == best.isBoundToAny()
                            && e.takes(datagram.destinationHigh(), datagram.destinationLow());
            if (among && skip-- == 0) {
                return e;
            }
        }
        return best;
    }

    private @Nullable UdpEndpoint findConnected(
            long localHigh,
            long localLow,
            int localPort,
            long remoteHigh,
            long remoteLow,
            int remotePort) {
        int slot = connectedSlot(localLow, localPort, remoteHigh, remoteLow, remotePort);
        UdpEndpoint e = connectedSlots[slot];
        while (e != null
                && !e.isConnected(
                        localHigh, localLow, localPort, remoteHigh, remoteLow, remotePort)) {
            e = e.nextConnected;
        }
        return e;
    }

    private int connectedSlot(
            long localLow, int localPort, long remoteHigh, long remoteLow, int remotePort) {
        long ports = (long) localPort << 16 | remotePort;
        long mixed = hash.table(remoteLow ^ remoteHigh, ports ^ localLow << 32);
        return (int) (mixed >>> 40) & (CONNECTED_SLOTS - 1);
    }

    private void deliver(UdpEndpoint endpoint, Packet packet, IpDatagram datagram, int sourcePort) {
        if (packet.pool().available() < packet.pool().packets() / POOL_SHARE) {
            counters.drop(DropReason.UDP_POOL_LOW, packet);
        } else if (!endpoint.enqueue(packet, datagram, sourcePort)) {
            counters.drop(DropReason.UDP_QUEUE_FULL, packet);
        }
    }

    /**
     * Broadcast and multicast go to every endpoint that wants them; all but the last get copies.
     */
    private void deliverToAll(Packet packet, IpDatagram datagram, int sourcePort, int port) {
        UdpEndpoint last = null;
        for (UdpEndpoint e = boundByPort[port]; e != null; e = e.nextAtPort) {
            if (!e.wants(datagram, sourcePort)) {
                continue;
            }
            if (last != null) {
                Packet copy =
                        packet.length() <= packet.pool().dataBytesMax()
                                ? packet.pool().acquire()
                                : null;
                if (copy == null) {
                    counters.count(DropReason.PACKET_POOL_DRY);
                } else {
                    copy.copyFrom(packet);
                    deliver(last, copy, datagram, sourcePort);
                }
            }
            last = e;
        }
        if (last == null) {
            counters.drop(DropReason.UDP_NO_LISTENER, packet);
        } else {
            deliver(last, packet, datagram, sourcePort);
        }
    }

    @Override
    public void error(IpError error, long nowNanos) {
        UdpEndpoint connected =
                findConnected(
                        error.localHigh(),
                        error.localLow(),
                        error.localPort(),
                        error.remoteHigh(),
                        error.remoteLow(),
                        error.remotePort());
        if (connected != null) {
            connected.failed(error);
        }
        boolean sent = connected != null || boundByPort[error.localPort()] != null;
        if (sent && error.kind() == IpError.Kind.PACKET_TOO_BIG) {
            Route route =
                    ip.route(
                            error.remoteHigh(),
                            error.remoteLow(),
                            error.localHigh(),
                            error.localLow());
            if (route != null) {
                ip.learnPathMtu(route, error.nextHopMtu(), nowNanos);
            }
        }
    }

    /**
     * Gives the endpoint its port, or 0 and an error code; port 0 is replaced by one of the stack's
     * choice.
     */
    int bind(UdpEndpoint endpoint, long high, long low, int port) {
        int chosen = port;
        if (port == 0) {
            chosen = freePort(endpoint, high, low);
            if (chosen == 0) {
                return UdpError.ADDRESS_IN_USE;
            }
        } else if (conflicts(endpoint, high, low, port)) {
            return UdpError.ADDRESS_IN_USE;
        }
        endpoint.nextAtPort = boundByPort[chosen];
        boundByPort[chosen] = endpoint;
        return chosen;
    }

    private int freePort(UdpEndpoint endpoint, long high, long low) {
        int start = ephemeral.start();
        for (int attempt = 0; attempt < ephemeral.count(); attempt++) {
            int candidate = ephemeral.port(start, attempt);
            if (boundByPort[candidate] == null) {
                return candidate;
            }
        }
        for (int attempt = 0; attempt < ephemeral.count(); attempt++) {
            int candidate = ephemeral.port(start, attempt);
            if (!conflicts(endpoint, high, low, candidate)) {
                return candidate;
            }
        }
        return 0;
    }

    /**
     * Linux's rule: the same or any address at the same port, unless both allow it in the same way.
     */
    private boolean conflicts(UdpEndpoint endpoint, long high, long low, int port) {
        boolean any = isAny(high, low);
        for (UdpEndpoint other = boundByPort[port]; other != null; other = other.nextAtPort) {
            boolean shared =
                    (endpoint.options().reuseAddress() && other.options().reuseAddress())
                            || (endpoint.options().reusePort() && other.options().reusePort());
            if (!shared && (any || other.isBoundToAny() || other.takes(high, low))) {
                return true;
            }
        }
        return false;
    }

    static boolean isAny(long high, long low) {
        return high == 0 && (low == 0 || low == IpAddress.ANY_V4.low());
    }

    void unbind(UdpEndpoint endpoint, int port) {
        UdpEndpoint at = boundByPort[port];
        if (at == endpoint) {
            boundByPort[port] = endpoint.nextAtPort;
        } else {
            while (at != null && at.nextAtPort != endpoint) {
                at = at.nextAtPort;
            }
            if (at != null) {
                at.nextAtPort = endpoint.nextAtPort;
            }
        }
        endpoint.nextAtPort = null;
    }

    void connected(UdpEndpoint endpoint) {
        int slot = slotOf(endpoint);
        endpoint.nextConnected = connectedSlots[slot];
        connectedSlots[slot] = endpoint;
    }

    void disconnected(UdpEndpoint endpoint) {
        int slot = slotOf(endpoint);
        UdpEndpoint at = connectedSlots[slot];
        if (at == endpoint) {
            connectedSlots[slot] = endpoint.nextConnected;
        } else {
            while (at != null && at.nextConnected != endpoint) {
                at = at.nextConnected;
            }
            if (at != null) {
                at.nextConnected = endpoint.nextConnected;
            }
        }
        endpoint.nextConnected = null;
    }

    private int slotOf(UdpEndpoint endpoint) {
        IpAddress remote = endpoint.remoteAddress();
        return connectedSlot(
                endpoint.localAddress().low(),
                endpoint.localPort(),
                remote.high(),
                remote.low(),
                endpoint.remotePort());
    }

    void closed(UdpEndpoint endpoint, int unread) {
        endpoints.remove(endpoint);
        for (int i = 0; i < unread; i++) {
            counters.count(DropReason.UDP_READ_SHUT);
        }
    }

    /** Closes every endpoint. */
    public void close(long nowNanos) {
        for (UdpEndpoint endpoint : endpoints()) {
            endpoint.close(nowNanos);
        }
    }
}
