package dev.ringroad.stack.udp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.UdpHeader;
import dev.ringroad.stack.config.UdpLimits;
import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.endpoint.SocketAddressHolder;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpDatagram;
import dev.ringroad.stack.ip.IpError;
import dev.ringroad.stack.ip.IpLayer;
import dev.ringroad.stack.ip.IpOutput;
import dev.ringroad.stack.ip.NetInterface;
import dev.ringroad.stack.ip.Route;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One UDP socket. Every call returns at once; what cannot be done yet is {@link
 * UdpError#WOULD_BLOCK}. Belongs to the stack's owner.
 */
public final class UdpEndpoint extends Endpoint {
    /** What an endpoint tells of itself to tools. */
    public record Totals(
            long receivedDatagrams,
            long receivedBytes,
            long sentDatagrams,
            long sentBytes,
            long drops) {}

    private record Membership(NetInterface netInterface, IpAddress group) {}

    @Nullable UdpEndpoint nextAtPort;
    @Nullable UdpEndpoint nextConnected;

    private final UdpLayer layer;
    private final IpLayer ip;
    private final DatagramQueue queue = new DatagramQueue();
    private final List<Membership> memberships = new ArrayList<>();
    private IpAddress boundAddress = IpAddress.ANY_V4;
    private IpAddress local = IpAddress.ANY_V4;
    private IpAddress remote = IpAddress.ANY_V4;
    private int localPort;
    private int remotePort;
    private boolean connected;
    private boolean closed;
    private final UdpOptions options;
    private int pendingError;
    private @Nullable Route connectedRoute;
    private @Nullable Route groupRoute;
    private @Nullable Route preparedRoute;
    private int prepareError;
    private long receivedDatagrams;
    private long receivedBytes;
    private long sentDatagrams;
    private long sentBytes;
    private long drops;

    UdpEndpoint(UdpLayer layer, IpLayer ip, UdpLimits limits) {
        this.layer = layer;
        this.ip = ip;
        this.options = new UdpOptions(limits);
    }

    // Binding and connecting.

    /**
     * Takes an address and a port.
     *
     * @param address one of the stack's, a multicast group or options.broadcast() address to hear
     *     only that, or any
     * @param port 0 to have one chosen
     * @return 0, or a code of {@link UdpError}
     */
    public int bind(IpAddress address, int port) {
        if (closed) {
            return UdpError.CLOSED;
        }
        if (localPort != 0) {
            return UdpError.ALREADY_BOUND;
        }
        if (port < 0 || port > 65535) {
            return UdpError.INVALID;
        }
        if (!canBind(address)) {
            return UdpError.ADDRESS_NOT_AVAILABLE;
        }
        int chosen = layer.bind(this, address.high(), address.low(), port);
        if (chosen < 0) {
            return chosen;
        }
        boundAddress = address;
        local = address;
        localPort = chosen;
        return 0;
    }

    private boolean canBind(IpAddress address) {
        if (address.isAny() || address.isMulticast() || ip.owns(address.high(), address.low())) {
            return true;
        }
        for (NetInterface netInterface : ip.interfaces()) {
            if (address.isV4() && netInterface.isBroadcastV4(address.v4())) {
                return true;
            }
        }
        return false;
    }

    /**
     * From here on only this peer is heard, and what is sent goes there. A new peer replaces the
     * old one.
     *
     * @return 0, or a code of {@link UdpError}
     */
    public int connect(IpAddress address, int port, long nowNanos) {
        if (closed) {
            return UdpError.CLOSED;
        }
        if (port < 1 || port > 65535 || address.isAny()) {
            return UdpError.INVALID;
        }
        disconnect();
        int bound = ensureBound();
        if (bound != 0) {
            return bound;
        }
        Route route = ip.route(address, sendSource());
        if (route == null) {
            return UdpError.NO_ROUTE;
        }
        if (route.isBroadcast() && !options.broadcast()) {
            return UdpError.BROADCAST_NOT_ALLOWED;
        }
        if (boundAddress.isAny()) {
            local = route.source();
        }
        remote = address;
        remotePort = port;
        connected = true;
        connectedRoute = route;
        pendingError = 0;
        layer.connected(this);
        return 0;
    }

    private int ensureBound() {
        return localPort != 0 ? 0 : bind(IpAddress.ANY_V4, 0);
    }

    /** The source of what is sent: the bound address, unless that is one that only receives. */
    private IpAddress sendSource() {
        return ip.owns(local.high(), local.low()) ? local : IpAddress.ANY_V4;
    }

    /** Hears everybody again. */
    public void disconnect() {
        if (!connected) {
            return;
        }
        layer.disconnected(this);
        connected = false;
        connectedRoute = null;
        remote = IpAddress.ANY_V4;
        remotePort = 0;
        local = boundAddress;
    }

    /** Gives up address, port, memberships and everything unread. */
    public void close(long nowNanos) {
        if (closed) {
            return;
        }
        disconnect();
        for (Membership membership : memberships) {
            ip.leaveGroup(membership.netInterface(), membership.group(), nowNanos);
        }
        memberships.clear();
        if (localPort != 0) {
            layer.unbind(this, localPort);
        }
        closed = true;
        layer.closed(this, queue.clear());
        readyChanged();
    }

    // Sending.

    /**
     * Sends the buffer's remaining bytes as one datagram; the position moves when that is done.
     *
     * @return the bytes sent, or a code of {@link UdpError}
     */
    public int send(ByteBuffer source, IpAddress to, int port, long nowNanos) {
        if (connected && (port != remotePort || !to.equals(remote))) {
            return UdpError.WRONG_DESTINATION;
        }
        int bytes = source.remaining();
        Packet packet = prepare(to, port, bytes);
        if (packet == null) {
            return prepareError;
        }
        packet.copyIn(UdpHeader.BYTES, source, source.position(), bytes);
        int result = transmit(packet, port, bytes, nowNanos);
        if (result >= 0) {
            source.position(source.position() + bytes);
        }
        return result;
    }

    /** The same to the connected peer. */
    public int send(ByteBuffer source, long nowNanos) {
        return connected ? send(source, remote, remotePort, nowNanos) : UdpError.NOT_CONNECTED;
    }

    /** The same from an array. */
    public int send(byte[] source, int at, int bytes, IpAddress to, int port, long nowNanos) {
        if (connected && (port != remotePort || !to.equals(remote))) {
            return UdpError.WRONG_DESTINATION;
        }
        Packet packet = prepare(to, port, bytes);
        if (packet == null) {
            return prepareError;
        }
        packet.copyIn(UdpHeader.BYTES, source, at, bytes);
        return transmit(packet, port, bytes, nowNanos);
    }

    /**
     * A packet with room for header and payload, its route in {@link #preparedRoute}; null with
     * {@link #prepareError}.
     */
    private @Nullable Packet prepare(IpAddress to, int port, int bytes) {
        preparedRoute = null;
        prepareError = objection(port, bytes);
        if (prepareError != 0) {
            return null;
        }
        Route route = routeTo(to);
        if (route == null) {
            prepareError = UdpError.NO_ROUTE;
            return null;
        }
        if (route.isBroadcast() && !options.broadcast()) {
            prepareError = UdpError.BROADCAST_NOT_ALLOWED;
            return null;
        }
        Packet packet = ip.acquire(route, bytes + UdpHeader.BYTES);
        if (packet == null) {
            prepareError = UdpError.WOULD_BLOCK;
            return null;
        }
        packet.append(bytes + UdpHeader.BYTES);
        preparedRoute = route;
        return packet;
    }

    private int objection(int port, int bytes) {
        if (closed) {
            return UdpError.CLOSED;
        }
        if (pendingError != 0) {
            return takeError();
        }
        if (bytes > UdpLayer.PAYLOAD_BYTES_MAX) {
            return UdpError.MESSAGE_TOO_LONG;
        }
        if (port < 1 || port > 65535) {
            return UdpError.INVALID;
        }
        return ensureBound();
    }

    private @Nullable Route routeTo(IpAddress to) {
        if (connected) {
            Route route = connectedRoute;
            if (route == null || !route.isCurrent()) {
                route = ip.route(remote, sendSource());
                connectedRoute = route;
            }
            return route;
        }
        NetInterface chosen = options.multicastInterface();
        if (chosen == null || !to.isMulticast()) {
            IpAddress source = sendSource();
            return ip.route(to.high(), to.low(), source.high(), source.low());
        }
        Route route = groupRoute;
        if (route == null
                || !route.isCurrent()
                || route.netInterface() != chosen
                || !route.destination().equals(to)) {
            route = ip.groupRoute(chosen, to);
            groupRoute = route;
        }
        return route;
    }

    private int transmit(Packet packet, int port, int bytes, long nowNanos) {
        Route route = preparedRoute;
        if (route == null) {
            packet.release();
            return UdpError.NO_ROUTE;
        }
        int result = layer.output().send(packet, route, localPort, port, options, nowNanos);
        if (result == IpOutput.NO_ROOM) {
            // As a full queue on the way: the datagram is lost, and counted; UDP promises no more.
            drops++;
        }
        sentDatagrams++;
        sentBytes += bytes;
        return bytes;
    }

    // Receiving.

    /**
     * Takes the next datagram; what does not fit into the target's remaining bytes is lost, as
     * everywhere with UDP.
     *
     * @param from is filled with the sender; may be null
     * @return the bytes copied (0 for an empty datagram), or a code of {@link UdpError}
     */
    public int receive(ByteBuffer target, @Nullable SocketAddressHolder from) {
        Packet packet = queue.peek();
        if (packet == null) {
            return nothing();
        }
        int bytes = Math.min(packet.length(), target.remaining());
        packet.copyOut(0, target, target.position(), bytes);
        target.position(target.position() + bytes);
        consume(packet, from);
        return bytes;
    }

    /** The same into an array. */
    public int receive(byte[] target, int at, int bytesMax, @Nullable SocketAddressHolder from) {
        Packet packet = queue.peek();
        if (packet == null) {
            return nothing();
        }
        int bytes = Math.min(packet.length(), bytesMax);
        packet.copyOut(0, target, at, bytes);
        consume(packet, from);
        return bytes;
    }

    private int nothing() {
        if (closed) {
            return UdpError.CLOSED;
        }
        return pendingError != 0 ? takeError() : UdpError.WOULD_BLOCK;
    }

    private int takeError() {
        int taken = pendingError;
        pendingError = 0;
        return taken;
    }

    private void consume(Packet packet, @Nullable SocketAddressHolder from) {
        if (from != null) {
            from.set(queue.headHigh(), queue.headLow(), queue.headPort());
        }
        queue.removeHead();
        packet.release();
    }

    /** The size of the next datagram, or -1 when there is none. */
    public int nextDatagramBytes() {
        Packet packet = queue.peek();
        return packet == null ? -1 : packet.length();
    }

    /** Fills in who sent the next datagram; false when there is none. */
    public boolean nextSender(SocketAddressHolder from) {
        if (queue.peek() == null) {
            return false;
        }
        from.set(queue.headHigh(), queue.headLow(), queue.headPort());
        return true;
    }

    boolean enqueue(Packet packet, IpDatagram datagram, int sourcePort) {
        int bytes = packet.length();
        if (!queue.offer(
                packet,
                datagram.sourceHigh(),
                datagram.sourceLow(),
                sourcePort,
                options.receiveBufferBytes())) {
            drops++;
            return false;
        }
        receivedDatagrams++;
        receivedBytes += bytes;
        readyChanged();
        return true;
    }

    /** The network or the peer says that what was sent did not arrive. */
    void failed(IpError error) {
        switch (error.kind()) {
            case PORT_UNREACHABLE, PROTOCOL_UNREACHABLE -> pendingError = UdpError.REFUSED;
            case PACKET_TOO_BIG -> {
                // The next datagram is cut as the path needs it.
            }
            default -> pendingError = UdpError.UNREACHABLE;
        }
        if (pendingError != 0) {
            readyChanged();
        }
    }

    // Whom the endpoint hears.

    /** Whether a datagram to this address is for the endpoint, the port being right. */
    boolean takes(long high, long low) {
        return isBoundToAny() || (local.low() == low && local.high() == high);
    }

    boolean isBoundToAny() {
        return UdpLayer.isAny(local.high(), local.low());
    }

    boolean isConnected(
            long localHigh,
            long localLow,
            int port,
            long remoteHigh,
            long remoteLow,
            int fromPort) {
        return remotePort == fromPort
                && localPort == port
                && remote.low() == remoteLow
                && local.low() == localLow
                && remote.high() == remoteHigh
                && local.high() == localHigh;
    }

    /** Whether it wants a datagram that is for all or for a group, the port being right. */
    boolean wants(IpDatagram datagram, int sourcePort) {
        if (connected
                && (remotePort != sourcePort
                        || remote.low() != datagram.sourceLow()
                        || remote.high() != datagram.sourceHigh())) {
            return false;
        }
        if (!boundAddress.isAny()
                && (boundAddress.low() != datagram.destinationLow()
                        || boundAddress.high() != datagram.destinationHigh())) {
            return false;
        }
        return datagram.cast() == IpDatagram.TO_ALL
                || isMember(
                        datagram.netInterface(),
                        datagram.destinationHigh(),
                        datagram.destinationLow());
    }

    private boolean isMember(NetInterface netInterface, long high, long low) {
        for (int i = 0; i < memberships.size(); i++) {
            Membership membership = memberships.get(i);
            if (membership.netInterface == netInterface
                    && membership.group.low() == low
                    && membership.group.high() == high) {
                return true;
            }
        }
        return false;
    }

    /**
     * Joins a multicast group on an interface.
     *
     * @return 0, or {@link UdpError#INVALID} when it is no group or joined already
     */
    public int join(IpAddress group, NetInterface netInterface, long nowNanos) {
        if (closed) {
            return UdpError.CLOSED;
        }
        if (!group.isMulticast() || isMember(netInterface, group.high(), group.low())) {
            return UdpError.INVALID;
        }
        memberships.add(new Membership(netInterface, group));
        ip.joinGroup(netInterface, group, nowNanos);
        return 0;
    }

    /**
     * Leaves a group.
     *
     * @return 0, or {@link UdpError#INVALID} when it had not been joined
     */
    public int leave(IpAddress group, NetInterface netInterface, long nowNanos) {
        if (!memberships.remove(new Membership(netInterface, group))) {
            return UdpError.INVALID;
        }
        ip.leaveGroup(netInterface, group, nowNanos);
        return 0;
    }

    // What it shows.

    /** The options, to be read and set. */
    public UdpOptions options() {
        return options;
    }

    @Override
    public int ready() {
        if (closed) {
            return READ | WRITE | HANGUP;
        }
        int bits = WRITE;
        if (queue.size() > 0) {
            bits |= READ;
        }
        if (pendingError != 0) {
            bits |= READ | ERROR;
        }
        return bits;
    }

    @Override
    public int error() {
        return pendingError;
    }

    @Override
    public IpAddress localAddress() {
        return local;
    }

    @Override
    public int localPort() {
        return localPort;
    }

    @Override
    public IpAddress remoteAddress() {
        return remote;
    }

    @Override
    public int remotePort() {
        return remotePort;
    }

    /** Whether it has one peer. */
    public boolean isConnected() {
        return connected;
    }

    /** Whether it has been closed. */
    public boolean isClosed() {
        return closed;
    }

    /** What waits to be read, its overhead included, in bytes. */
    public int queuedBytes() {
        return queue.chargedBytes();
    }

    /** Counts since it was opened. */
    public Totals totals() {
        return new Totals(receivedDatagrams, receivedBytes, sentDatagrams, sentBytes, drops);
    }
}
