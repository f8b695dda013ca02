package dev.ringroad.stack.ip;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.worker.Timer;
import dev.ringroad.core.worker.TimingWheel;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;
import dev.ringroad.stack.neighbour.Neighbour;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The internet layer of one stack: its interfaces, addresses and routes, and the way of datagrams
 * in and out. Belongs to the stack's owner.
 *
 * <p>The host follows the weak model of RFC 1122 section 3.3.4.2, as Linux does: a datagram for any
 * of its addresses is taken from any interface. It does not forward.
 */
public final class IpLayer implements IpOutput {
    /** A packet with every header and the largest IPv4 datagram fits, rounded to cache lines. */
    static final int BIG_PACKET_BYTES = PacketPool.DEFAULT_HEADROOM + 65536;

    /** How many of the routes asked for last are kept. */
    private static final int ROUTE_CACHE = 256;

    private final StackConfig config;
    private final TimingWheel timers;
    private final StackCounters counters;
    private final LocalAddresses local = new LocalAddresses();
    private final RouteTable routes = new RouteTable();
    private final List<NetInterface> interfaces = new ArrayList<>();
    private final PacketPool bigPackets;
    private final Reassembly reassembly;
    private final Ipv4Input input;
    private final Ipv4Output output;
    private final PathMtuCache pathMtus;
    private final PathMtuTimer pathMtuTimer = new PathMtuTimer();
    private final @Nullable Route[] routeCache = new Route[ROUTE_CACHE];
    private final @Nullable IpProtocol[] protocols = new IpProtocol[256];
    private final IpError localError = new IpError();
    private final InterfaceOwner interfaceOwner = new InterfaceOwner();
    private @Nullable GroupReporter groupReporter;
    private NetInterface[] polled = new NetInterface[0];
    private long nowNanos;

    /** Tells routers and switches on the link which groups are wanted here. */
    public interface GroupReporter {
        /** The first endpoint has joined, or the last one left. */
        void membershipChanged(
                NetInterface netInterface, IpAddress group, boolean joined, long nowNanos);
    }

    /** An internet layer without interfaces. */
    public IpLayer(StackConfig config, TimingWheel timers, StackCounters counters, long nowNanos) {
        this.config = config;
        this.timers = timers;
        this.counters = counters;
        this.nowNanos = nowNanos;
        this.bigPackets =
                PacketPool.create(
                        "ringroad-big-packets",
                        config.ip().bigPackets(),
                        BIG_PACKET_BYTES,
                        Placement.ordinary());
        this.reassembly = new Reassembly(config.ip(), bigPackets, timers, counters);
        this.input = new Ipv4Input(local, reassembly, counters);
        this.output = new Ipv4Output(config, counters);
        this.pathMtus = new PathMtuCache(config.ip());
    }

    /** The time, for what happens before the next call that tells it. */
    public void time(long now) {
        nowNanos = now;
    }

    /**
     * Uses a device; its addresses are announced on the link. The device stays the caller's to
     * close, after {@link #close}.
     */
    public NetInterface attach(NetDevice device, InterfaceConfig interfaceConfig, long now) {
        nowNanos = now;
        int mtu =
                interfaceConfig.mtu() == 0
                        ? device.mtu()
                        : Math.min(interfaceConfig.mtu(), device.mtu());
        NetInterface made =
                new NetInterface(
                        device,
                        interfaces.size() + 1,
                        mtu,
                        config,
                        interfaceOwner,
                        timers,
                        counters);
        interfaces.add(made);
        polled = interfaces.toArray(NetInterface[]::new);
        for (IpPrefix prefix : interfaceConfig.addresses()) {
            addAddress(made, prefix);
        }
        IpAddress gateway = interfaceConfig.gateway();
        if (gateway != null) {
            IpPrefix all = gateway.isV4() ? IpPrefix.DEFAULT_V4 : new IpPrefix(IpAddress.ANY_V6, 0);
            routes.add(all, made, gateway);
        }
        return made;
    }

    /**
     * Gives an interface one more address, and the route to its network.
     *
     * @throws IllegalArgumentException when the stack has the address already
     */
    public void addAddress(NetInterface netInterface, IpPrefix prefix) {
        IpAddress address = prefix.address();
        NetInterface holder = local.find(address.high(), address.low());
        if (holder != null) {
            throw new IllegalArgumentException(
                    "The address " + address + " is taken already by " + holder.name() + ".");
        }
        local.add(address, netInterface);
        routes.add(prefix, netInterface, null);
        netInterface.add(prefix);
    }

    /**
     * Takes an address and the route to its network away. Connections that use it run into
     * time-outs.
     */
    public void removeAddress(NetInterface netInterface, IpPrefix prefix) {
        local.remove(prefix.address());
        netInterface.remove(prefix);
        routes.remove(prefix, netInterface, null);
    }

    /** The routes; to be changed by the stack's owner. */
    public RouteTable routes() {
        return routes;
    }

    /**
     * The interfaces, in order of attachment; the array is the layer's own and must not be changed.
     */
    public NetInterface[] interfaces() {
        return polled;
    }

    /** Whether this is one of the stack's own addresses. */
    public boolean owns(long high, long low) {
        return local.find(high, low) != null;
    }

    /** The stack's own addresses. */
    public List<IpAddress> addresses() {
        return local.addresses();
    }

    /** Says who is to hear of errors about a protocol's datagrams. */
    public void protocol(int number, IpProtocol protocol) {
        protocols[number] = protocol;
    }

    /** Says who tells senders that their fragments did not all arrive. */
    public void reassemblyExpiry(ReassemblyExpiry expiry) {
        reassembly.expiry(expiry);
    }

    /** Says who reports memberships on the link. */
    public void groupReporter(GroupReporter reporter) {
        groupReporter = reporter;
    }

    /** Passes an error on to the protocol that sent what it is about. */
    public void report(IpError error, long now) {
        IpProtocol protocol = protocols[error.protocol & 0xff];
        if (protocol != null) {
            protocol.error(error, now);
        } else {
            counters.count(DropReason.ICMP_QUOTE_INVALID);
        }
    }

    /**
     * Takes a frame with an IPv4 datagram.
     *
     * @param packet begins with the link's header of {@code linkBytes}; ownership moves
     * @param toGroup whether the frame was for more stations than this one
     * @param datagram is filled
     * @return the payload, or null when there is nothing to hand up
     */
    public @Nullable Packet inputV4(
            NetInterface in,
            Packet packet,
            int linkBytes,
            boolean toGroup,
            IpDatagram datagram,
            long now) {
        int linkCast = toGroup ? Ipv4Input.LINK_GROUP : Ipv4Input.LINK_UNICAST;
        return input.accept(in, packet, linkBytes, linkCast, datagram, now);
    }

    /** The same for a frame from {@link #takeLoopback}. */
    public @Nullable Packet inputLoopback(Packet packet, IpDatagram datagram, long now) {
        NetInterface in = interfaceOf(packet);
        return input.accept(in, packet, EthernetHeader.BYTES, Ipv4Input.LINK_NONE, datagram, now);
    }

    private NetInterface interfaceOf(Packet frame) {
        int source = Ipv4Header.source(frame.segment(), frame.offset() + EthernetHeader.BYTES);
        NetInterface found = local.find(0, IpAddress.mapped(source));
        return found == null ? polled[0] : found;
    }

    /**
     * Moves frames to own addresses into a burst, as many as it has room for.
     *
     * @return how many
     */
    public int takeLoopback(Burst into) {
        Burst queued = output.loopback();
        int moved = Math.min(queued.size(), into.room());
        for (int i = 0; i < moved; i++) {
            into.add(queued.get(i));
        }
        queued.removeFirst(moved);
        return moved;
    }

    /** Whether frames to own addresses wait for the next poll. */
    public boolean hasLoopback() {
        return !output.loopback().isEmpty();
    }

    /** How many datagrams are in pieces. */
    public int reassemblies() {
        return reassembly.size();
    }

    @Override
    public @Nullable Route route(IpAddress destination, IpAddress source) {
        return route(destination.high(), destination.low(), source.high(), source.low());
    }

    @Override
    public @Nullable Route route(
            long destinationHigh, long destinationLow, long sourceHigh, long sourceLow) {
        long mixed =
                (destinationLow ^ Long.rotateLeft(sourceLow, 29) ^ destinationHigh ^ sourceHigh)
                        * 0x9e3779b97f4a7c15L;
        int slot = (int) (mixed >>> 48) & (ROUTE_CACHE - 1);
        Route cached = routeCache[slot];
        if (cached != null
                && cached.answers(destinationHigh, destinationLow, sourceHigh, sourceLow)) {
            return cached;
        }
        Route found =
                findRoute(
                        new IpAddress(destinationHigh, destinationLow),
                        new IpAddress(sourceHigh, sourceLow));
        if (found != null) {
            routeCache[slot] = found;
        }
        return found;
    }

    private @Nullable Route findRoute(IpAddress destination, IpAddress asked) {
        // Tables and types below hold either version; what writes IPv6 headers is still to come.
        if (!destination.isV4() || destination.isAny()) {
            return null;
        }
        NetInterface sourceInterface = null;
        if (!asked.isAny()) {
            sourceInterface = local.find(asked.high(), asked.low());
            if (sourceInterface == null || !asked.isV4()) {
                return null;
            }
        }
        NetInterface holder = local.find(destination.high(), destination.low());
        if (holder != null) {
            IpAddress source = asked.isAny() ? destination : asked;
            return new Route(
                    routes,
                    holder,
                    Route.LOCAL,
                    destination,
                    source,
                    asked,
                    destination,
                    Neighbour.fixed(holder.hardware),
                    holder.mtu());
        }
        RouteTable.Entry entry = routes.find(destination.high(), destination.low());
        if (destination.isMulticast() || destination.isBroadcast()) {
            NetInterface out =
                    sourceInterface != null
                            ? sourceInterface
                            : entry != null ? entry.netInterface() : first();
            return out == null ? null : groupRoute(out, destination, asked);
        }
        if (entry == null) {
            return null;
        }
        NetInterface out = entry.netInterface();
        if (entry.gateway() == null && out.isBroadcastV4(destination.v4())) {
            return groupRoute(out, destination, asked);
        }
        return unicastRoute(out, entry.gateway(), destination, asked);
    }

    private @Nullable NetInterface first() {
        return polled.length == 0 ? null : polled[0];
    }

    private @Nullable Route unicastRoute(
            NetInterface out, @Nullable IpAddress gateway, IpAddress destination, IpAddress asked) {
        IpAddress hop = gateway == null ? destination : gateway;
        IpAddress source = asked.isAny() ? IpAddress.v4(out.sourceV4(hop.v4())) : asked;
        Neighbour neighbour = out.neighbours().findOrCreate(hop.high(), hop.low(), nowNanos);
        if (source.isAny() || neighbour == null) {
            return null;
        }
        int mtu = pathMtus.find(destination, out.mtu());
        return new Route(
                routes, out, Route.UNICAST, destination, source, asked, hop, neighbour, mtu);
    }

    private @Nullable Route groupRoute(NetInterface out, IpAddress destination, IpAddress asked) {
        IpAddress source = asked.isAny() ? IpAddress.v4(out.sourceV4(destination.v4())) : asked;
        if (source.isAny()) {
            return null;
        }
        boolean multicast = destination.isMulticast();
        // RFC 1112 section 6.4: the group's low 23 bits behind 01-00-5e.
        long hardware =
                multicast
                        ? 0x0100_5e00_0000L | (destination.v4() & 0x7f_ffff)
                        : EthernetHeader.BROADCAST;
        return new Route(
                routes,
                out,
                multicast ? Route.MULTICAST : Route.BROADCAST,
                destination,
                source,
                asked,
                destination,
                Neighbour.fixed(hardware),
                out.mtu());
    }

    /** The route for datagrams to a group over an interface of the caller's choice. */
    public @Nullable Route groupRoute(NetInterface out, IpAddress group) {
        return groupRoute(out, group, IpAddress.ANY_V4);
    }

    @Override
    public @Nullable Packet acquire(Route route) {
        return route.netInterface.acquire(route.netInterface.reservePackets());
    }

    @Override
    public @Nullable Packet acquireControl(Route route) {
        return route.netInterface.acquire(0);
    }

    @Override
    public @Nullable Packet acquire(Route route, int bytes) {
        if (bytes <= route.netInterface.pool.dataBytesMax()
                && bytes + Ipv4Header.BYTES <= route.mtu) {
            return acquire(route);
        }
        Packet big = bigPackets.acquire();
        if (big == null) {
            counters.count(DropReason.PACKET_POOL_DRY);
        }
        return big;
    }

    @Override
    public int send(Packet packet, Route route, int protocol, int ttl, int trafficClass, long now) {
        return output.send(packet, route, protocol, ttl, trafficClass, now);
    }

    /**
     * Hands a copy of what went to a group or to all back to the stack itself; the packet moves.
     */
    public void sendBack(Packet packet, Route route, int protocol, int ttl, int trafficClass) {
        if (packet.pool() != route.netInterface.pool) {
            counters.drop(DropReason.IP_TOO_BIG, packet);
            return;
        }
        output.writeHeaders(
                packet, route, protocol, ttl, trafficClass, 0, Ipv4Header.DONT_FRAGMENT);
        output.stageLocal(packet);
    }

    @Override
    public boolean checksumOffload(Route route) {
        return route.kind == Route.LOCAL || route.netInterface.transmitChecksum;
    }

    @Override
    public boolean segmentationOffload(Route route) {
        return route.kind != Route.LOCAL && route.netInterface.segmentation;
    }

    @Override
    public void learnPathMtu(Route route, int mtu, long now) {
        if (route.kind != Route.UNICAST) {
            return;
        }
        if (pathMtus.learn(route.destination(), mtu, route.netInterface.mtu(), now)) {
            routes.changed();
            if (!pathMtuTimer.isScheduled()) {
                timers.schedule(pathMtuTimer, now + config.ip().pathMtuTimeoutNanos());
            }
        }
    }

    /** An endpoint wants what is sent to a group. */
    public void joinGroup(NetInterface netInterface, IpAddress group, long now) {
        if (netInterface.groups().join(group)) {
            membershipChanged(netInterface, group, true, now);
        }
    }

    /** An endpoint does not want it any more. */
    public void leaveGroup(NetInterface netInterface, IpAddress group, long now) {
        if (netInterface.groups().leave(group)) {
            membershipChanged(netInterface, group, false, now);
        }
    }

    private void membershipChanged(
            NetInterface netInterface, IpAddress group, boolean joined, long now) {
        GroupReporter reporter = groupReporter;
        if (reporter != null) {
            reporter.membershipChanged(netInterface, group, joined, now);
        }
    }

    /** Whether somebody here has joined the group on the interface. */
    public boolean isMember(NetInterface netInterface, long high, long low) {
        return netInterface.groups().contains(high, low);
    }

    /** Gives all packets back. */
    public void close() {
        for (NetInterface netInterface : polled) {
            netInterface.close();
        }
        reassembly.close();
        output.loopback().releaseAll();
        bigPackets.close();
    }

    private final class InterfaceOwner implements NetInterface.Owner {
        @Override
        public boolean ownsV4(int address) {
            return local.find(0, IpAddress.mapped(address)) != null;
        }

        @Override
        public void undeliverable(Packet frame, long now) {
            if (localError.quoteV4(
                    IpError.Kind.HOST_UNREACHABLE,
                    0,
                    frame.segment(),
                    frame.offset() + EthernetHeader.BYTES,
                    frame.length() - EthernetHeader.BYTES)) {
                report(localError, now);
            }
            frame.release();
        }
    }

    private final class PathMtuTimer extends Timer {
        @Override
        protected void expired(long now) {
            if (pathMtus.expire(now)) {
                routes.changed();
            }
            if (!pathMtus.isEmpty()) {
                timers.schedule(this, now + config.ip().pathMtuTimeoutNanos() / 8);
            }
        }
    }
}
