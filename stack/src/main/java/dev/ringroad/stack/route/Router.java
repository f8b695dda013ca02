package dev.ringroad.stack.route;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.worker.TimingWheel;
import dev.ringroad.net.device.Offload;
import dev.ringroad.net.forward.Port;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.IcmpHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.stack.config.IpLimits;
import dev.ringroad.stack.config.KeyedHash;
import dev.ringroad.stack.config.NeighbourLimits;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;
import dev.ringroad.stack.ip.FragmentCollector;
import dev.ringroad.stack.neighbour.Neighbour;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Passes IPv4 datagrams on between ports (RFC 1812): by the longest prefix, to neighbours found by
 * ARP, one hop less to live.
 *
 * <p>A burst is examined first, then looked up as a whole, then each datagram goes on: with a
 * reachable neighbour, a short enough frame and nothing asked of the device that it cannot do, that
 * is a few words to write. All else takes {@link #routeSlowly}. No object is made on either way.
 *
 * <p>One owner. Time is an argument; what the ports stage is sent with {@link #flush}.
 */
final class Router {

    /** RFC 1700's recommendation for what a host sends itself. */
    static final int DEFAULT_TTL = 64;

    private static final long TICK_NANOS = 1 << 16;
    private static final int BURST_PACKETS = 32;

    /** So much of the smallest pool may wait for neighbours: by their number, and in all. */
    private static final int WAITING_SHARE = 8;

    private static final int WAITING_FOR_ONE = 16;
    private static final int NEIGHBOURS_MIN = 16;
    private static final int NEIGHBOURS_MAX = 4096;
    private static final int TTL_STEP = 1 << 8;

    private final TimingWheel timers;
    private final List<RouterPort> ports = new ArrayList<>();
    private final ForwardingTable table;
    private final RouterInput input;
    private final RouterErrors errors;
    private final RouterEcho echo;
    private final FragmentCollector[] parts;
    private final Fragmenter fragmenter = new Fragmenter();
    private final SegmentCutter cutter = new SegmentCutter();
    private int[] destinations = new int[BURST_PACKETS];
    private int[] numbers = new int[BURST_PACKETS];

    /**
     * A router between ports.
     *
     * @param connected as many as the plan has addresses
     * @param counters where each port's drops are counted; outlives the router
     * @param seed of what strangers must not predict; null for an unpredictable one
     */
    Router(
            RoutingPlan plan,
            List<Port> connected,
            CounterFile counters,
            @Nullable Long seed,
            long nowNanos) {
        timers = new TimingWheel(TICK_NANOS, nowNanos);
        NeighbourLimits limits = limits(connected);
        for (int i = 0; i < connected.size(); i++) {
            Port port = connected.get(i);
            ports.add(
                    new RouterPort(
                            port,
                            plan.addresses().get(i),
                            limits,
                            timers,
                            new StackCounters(counters, dropPrefix(port)),
                            KeyedHash.of(seed, "neighbours of " + i),
                            this::undeliverable));
        }
        table = new ForwardingTable(plan, ports);
        input = new RouterInput(ports.stream().mapToInt(port -> port.address).toArray());
        errors = new RouterErrors(IpLimits.standard().icmpErrorsPerSecond(), nowNanos);
        echo = new RouterEcho();
        parts = ports.stream().map(this::collector).toArray(FragmentCollector[]::new);
    }

    private FragmentCollector collector(RouterPort port) {
        return new FragmentCollector(
                dropPrefix(port.port()) + "parts",
                IpLimits.standard(),
                timers,
                port.counters,
                (first, datagram, nowNanos) ->
                        incomplete(port, first, datagram.headerBytes(), nowNanos));
    }

    /** What the counters of a port's drops begin with. */
    static String dropPrefix(Port port) {
        return "port" + port.number() + ".";
    }

    /** Strangers who ask for hosts that are not there must not empty a pool. */
    private static NeighbourLimits limits(List<Port> connected) {
        int smallest =
                connected.stream()
                        .mapToInt(port -> port.device().pool().packets())
                        .min()
                        .orElseThrow();
        int waiting = Math.clamp(smallest / WAITING_SHARE, NEIGHBOURS_MIN, NEIGHBOURS_MAX);
        NeighbourLimits standard = NeighbourLimits.standard();
        return new NeighbourLimits(
                waiting,
                Math.min(WAITING_FOR_ONE, waiting),
                waiting,
                standard.retryNanos(),
                standard.requestsMax(),
                standard.reachableNanos(),
                standard.delayNanos(),
                standard.staleNanos());
    }

    /** The ports, in their order. */
    List<RouterPort> ports() {
        return ports;
    }

    /** Routes what a port has received: all packets leave the burst. */
    void route(RouterPort in, Burst received, long nowNanos) {
        int n = received.size();
        if (n > destinations.length) {
            destinations = new int[n];
            numbers = new int[n];
        }
        int[] to = destinations;
        Packet[] packets = received.array();
        int count = 0;
        for (int i = 0; i < n; i++) {
            Packet packet = packets[i];
            long destination = input.admit(in, packet, nowNanos);
            if (destination != RouterInput.NONE) {
                to[count] = (int) destination;
                packets[count++] = packet;
            }
        }
        received.clear();
        table.lookup(to, count, numbers);
        for (int i = 0; i < count; i++) {
            NextHop hop = table.hop(numbers[i]);
            if (hop == null || !routeQuickly(hop, packets[i], to[i])) {
                routeSlowly(in, hop, packets[i], to[i], nowNanos);
            }
        }
    }

    /** The way of nearly all; false, and nothing is changed, when there is more to it. */
    private static boolean routeQuickly(NextHop hop, Packet packet, int destination) {
        Neighbour neighbour = hop.recent(destination);
        RouterPort out = hop.port;
        if (neighbour == null
                || out == null
                || !neighbour.isReachable()
                || packet.length() > out.frameBytesMax
                || packet.segmentation() != Packet.SEGMENT_NONE
                || (!out.transmitChecksum && packet.has(Packet.CHECKSUM_REQUESTED))) {
            return false;
        }
        MemorySegment s = packet.segment();
        long frame = packet.offset();
        if (!takeHop(s, frame + EthernetHeader.BYTES)) {
            return false;
        }
        long hardware = out.hardware;
        BigEndian.u64(s, frame, neighbour.hardware() << 16 | hardware >>> 32);
        BigEndian.u32(s, frame + Long.BYTES, (int) hardware);
        out.stage(packet);
        return true;
    }

    /** Takes one from the time to live, and its share from the checksum; false when it is over. */
    private static boolean takeHop(MemorySegment s, long ip) {
        int word = BigEndian.u16(s, ip + Ipv4Header.TTL);
        if (word < 2 * TTL_STEP) {
            return false;
        }
        int less = word - TTL_STEP;
        BigEndian.u16(s, ip + Ipv4Header.TTL, less);
        Ipv4Header.checksum(s, ip, Checksum.update16(Ipv4Header.checksum(s, ip), word, less));
        return true;
    }

    private void routeSlowly(
            RouterPort in, @Nullable NextHop hop, Packet packet, int destination, long nowNanos) {
        if (hop == null) {
            refuse(in, packet, DropReason.IP_NO_ROUTE, IcmpHeader.CODE_NETWORK, nowNanos);
            return;
        }
        switch (hop.kind) {
            case ON_LINK, BY_GATEWAY -> passOn(in, hop, packet, destination, nowNanos);
            case TO_US -> answer(in, packet, nowNanos);
            case BROADCAST -> in.counters.drop(DropReason.ROUTE_BROADCAST, packet);
            case GROUP -> in.counters.drop(DropReason.ROUTE_GROUP, packet);
            case INVALID -> in.counters.drop(DropReason.ROUTE_DESTINATION_INVALID, packet);
        }
    }

    private void passOn(RouterPort in, NextHop hop, Packet packet, int destination, long nowNanos) {
        RouterPort out = hop.out();
        MemorySegment s = packet.segment();
        long ip = packet.offset() + EthernetHeader.BYTES;
        boolean joined = packet.segmentation() != Packet.SEGMENT_NONE;
        if (joined && !cutter.begin(packet)) {
            in.counters.drop(DropReason.ROUTE_SEGMENT_INVALID, packet);
            return;
        }
        int datagramBytes =
                joined ? cutter.datagramBytesMax() : packet.length() - EthernetHeader.BYTES;
        if (BigEndian.u8(s, ip + Ipv4Header.TTL) <= 1) {
            tell(in, packet, IcmpHeader.TIME_EXCEEDED, IcmpHeader.CODE_HOPS, 0, nowNanos);
            in.counters.drop(DropReason.ROUTE_TTL_EXCEEDED, packet);
        } else if (datagramBytes > out.mtu && Ipv4Header.dontFragment(s, ip)) {
            int code = IcmpHeader.CODE_FRAGMENTATION_NEEDED;
            tell(in, packet, IcmpHeader.UNREACHABLE, code, out.mtu, nowNanos);
            in.counters.drop(DropReason.IP_TOO_BIG, packet);
        } else {
            takeHop(s, ip);
            if (joined && !(out.segmentation && datagramBytes <= out.mtu)) {
                cut(hop, packet, destination, nowNanos);
            } else {
                fit(hop, packet, destination, nowNanos);
            }
        }
    }

    /** Sends the segments that a joined one is made of; the cutter has begun. */
    private void cut(NextHop hop, Packet joined, int destination, long nowNanos) {
        while (cutter.hasNext()) {
            Packet piece = cutter.next(hop.out());
            if (piece == null) {
                break;
            }
            fit(hop, piece, destination, nowNanos);
        }
        joined.release();
    }

    /** Sends a datagram in as many pieces as the link wants. */
    private void fit(NextHop hop, Packet packet, int destination, long nowNanos) {
        RouterPort out = hop.out();
        boolean joined = packet.segmentation() != Packet.SEGMENT_NONE;
        boolean fits = joined || packet.length() <= out.frameBytesMax;
        if (!fits || !out.transmitChecksum) {
            Offload.completeChecksum(packet);
        }
        if (fits) {
            send(hop, packet, destination, nowNanos);
        } else {
            divide(hop, packet, destination, nowNanos);
        }
    }

    /** Sends a copy of a datagram, in pieces if need be. */
    private void divide(NextHop hop, Packet packet, int destination, long nowNanos) {
        RouterPort out = hop.out();
        if (!fragmenter.begin(packet, out.mtu, out.dataBytesMax())) {
            out.counters.drop(DropReason.IP_TOO_BIG, packet);
            return;
        }
        while (fragmenter.hasNext()) {
            Packet piece = fragmenter.next(out);
            if (piece == null) {
                // The rest of a datagram without this piece is of no use to anybody.
                break;
            }
            send(hop, piece, destination, nowNanos);
        }
        packet.release();
    }

    private static void send(NextHop hop, Packet frame, int destination, long nowNanos) {
        RouterPort out = hop.out();
        Neighbour neighbour = hop.find(out.neighbours, destination, nowNanos);
        if (neighbour == null) {
            frame.release();
            return;
        }
        EthernetHeader.source(frame.segment(), frame.offset(), out.hardware);
        out.neighbours.send(neighbour, frame, nowNanos);
    }

    private void answer(RouterPort in, Packet packet, long nowNanos) {
        switch (echo.answer(packet)) {
            case ANSWERED -> {
                MemorySegment s = packet.segment();
                int asker = Ipv4Header.destination(s, packet.offset() + EthernetHeader.BYTES);
                originate(in, packet, asker, nowNanos);
            }
            case NO_PORT ->
                    refuse(in, packet, DropReason.ROUTE_FOR_US, IcmpHeader.CODE_PORT, nowNanos);
            case NO_PROTOCOL ->
                    refuse(in, packet, DropReason.ROUTE_FOR_US, IcmpHeader.CODE_PROTOCOL, nowNanos);
            case BROKEN -> in.counters.drop(DropReason.ICMP_CHECKSUM, packet);
            case PART -> collect(in, packet, nowNanos);
            case UNWANTED -> in.counters.drop(DropReason.ROUTE_FOR_US, packet);
        }
    }

    /** A ping that came in parts is answered in parts. */
    private void collect(RouterPort in, Packet part, long nowNanos) {
        Offload.completeChecksum(part);
        Packet whole = parts[ports.indexOf(in)].add(part, EthernetHeader.BYTES, nowNanos);
        if (whole == null) {
            return;
        }
        whole.prepend(EthernetHeader.BYTES);
        EthernetHeader.write(
                whole.segment(), whole.offset(), 0, in.hardware, EthernetHeader.TYPE_IPV4);
        if (echo.answer(whole) != RouterEcho.Outcome.ANSWERED) {
            in.counters.drop(DropReason.ICMP_CHECKSUM, whole);
            return;
        }
        int asker = Ipv4Header.destination(whole.segment(), whole.offset() + EthernetHeader.BYTES);
        NextHop hop = table.find(asker);
        if (hop == null || hop.port == null) {
            in.counters.drop(DropReason.IP_NO_ROUTE, whole);
        } else {
            divide(hop, whole, asker, nowNanos);
        }
    }

    /** RFC 1122 section 3.3.2: who sent the first part is told that others are missing. */
    private void incomplete(RouterPort in, Packet first, int headerBytes, long nowNanos) {
        first.prepend(EthernetHeader.BYTES + headerBytes);
        tell(in, first, IcmpHeader.TIME_EXCEEDED, IcmpHeader.CODE_REASSEMBLY, 0, nowNanos);
    }

    /** Sends what the router itself has to say. */
    private void originate(RouterPort in, Packet packet, int destination, long nowNanos) {
        NextHop hop = table.find(destination);
        if (hop == null || hop.port == null) {
            in.counters.drop(DropReason.IP_NO_ROUTE, packet);
        } else {
            fit(hop, packet, destination, nowNanos);
        }
    }

    private void refuse(RouterPort in, Packet packet, DropReason reason, int code, long nowNanos) {
        tell(in, packet, IcmpHeader.UNREACHABLE, code, 0, nowNanos);
        in.counters.drop(reason, packet);
    }

    /** Tells the sender of a frame's datagram, which stays the caller's, if that is allowed. */
    private void tell(
            RouterPort counting, Packet about, int type, int code, int rest, long nowNanos) {
        MemorySegment s = about.segment();
        int source = Ipv4Header.source(s, about.offset() + EthernetHeader.BYTES);
        NextHop hop = table.find(source);
        RouterPort out = hop == null ? null : hop.port;
        if (hop == null || out == null || !errors.allows(about, nowNanos)) {
            counting.counters.count(DropReason.ICMP_ERROR_SUPPRESSED);
            return;
        }
        Packet error = errors.write(about, out, type, code, rest);
        if (error != null) {
            send(hop, error, source, nowNanos);
        }
    }

    /** A neighbour does not answer; what the router said itself has no sender to tell. */
    private void undeliverable(RouterPort out, Packet frame, long nowNanos) {
        tell(out, frame, IcmpHeader.UNREACHABLE, IcmpHeader.CODE_HOST, 0, nowNanos);
        frame.release();
    }

    /** What is due by time: requests that nobody answered. */
    void expire(long nowNanos) {
        timers.expire(nowNanos);
    }

    /** When {@link #expire} has something to do. */
    long nextDeadlineNanos() {
        return timers.nextDeadlineNanos();
    }

    /** Hands the devices what waits for them. */
    void flush() {
        for (int i = 0; i < ports.size(); i++) {
            ports.get(i).flush();
        }
    }

    /** Gives all packets back. */
    void close() {
        ports.forEach(RouterPort::close);
        for (FragmentCollector collector : parts) {
            collector.close();
        }
    }
}
