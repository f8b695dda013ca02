package dev.ringroad.stack.route;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.pair.PairDevice;
import dev.ringroad.net.forward.Port;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.ArpPacket;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpPrefix;
import dev.ringroad.stack.lab.Frames;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A router at 10.1.0.1/24 and 10.2.0.1/24, with a route to 10.3.0.0/16 by 10.2.0.7; the other ends
 * of its cables are the test's. Time is virtual. Checked mode complains at the close when a packet
 * was not released.
 */
final class RouterBed implements AutoCloseable {

    static final int LEFT = IpAddress.parse("10.1.0.2").v4();
    static final int RIGHT = IpAddress.parse("10.2.0.2").v4();
    static final int GATEWAY = IpAddress.parse("10.2.0.7").v4();
    static final int ROUTER_LEFT = IpAddress.parse("10.1.0.1").v4();
    static final int ROUTER_RIGHT = IpAddress.parse("10.2.0.1").v4();
    static final long SECOND = 1_000_000_000L;
    static final int PACKETS = 512;

    private static final int[] MTU = {1500, 1500};

    private final CounterFile counters = CounterFile.inMemory(1024);
    private final List<PairDevice> ends = new ArrayList<>();
    private final List<Port> ports = new ArrayList<>();
    private final RoutePoller poller;
    private long nowNanos = -5 * SECOND;

    RouterBed() {
        this(MTU[0], MTU[1]);
    }

    RouterBed(int leftMtu, int rightMtu) {
        connect(leftMtu);
        connect(rightMtu);
        RoutingPlan plan =
                RoutingPlan.of(
                        List.of(IpPrefix.parse("10.1.0.1/24"), IpPrefix.parse("10.2.0.1/24")),
                        List.of(StaticRoute.parse("10.3.0.0/16=10.2.0.7")));
        poller = new RoutePoller(plan, ports, 32, counters, nowNanos);
        poll();
        received(0);
        received(1);
    }

    private void connect(int mtu) {
        int i = ports.size();
        try {
            PairDevice.Ends cable =
                    PairDevice.create("port" + i, "end" + i, PACKETS, 2176, mtu, counters);
            cable.a().pool().recordStacks(false);
            cable.b().pool().recordStacks(false);
            ports.add(new Port(i, cable.a(), counters));
            ends.add(cable.b());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RoutePoller poller() {
        return poller;
    }

    Port port(int i) {
        return ports.get(i);
    }

    PairDevice end(int i) {
        return ends.get(i);
    }

    /** The hardware address of the test's end, which stands for all hosts there. */
    long hardware(int end) {
        return ends.get(end).macAddress().bits();
    }

    long routerHardware(int end) {
        return ports.get(end).device().macAddress().bits();
    }

    /** Lets a datagram out of the test's end, to the router. */
    void send(int end, byte[] datagram) {
        sendFrame(end, ethernet(end, datagram));
    }

    void sendFrame(int end, byte[] frame) {
        PairDevice device = ends.get(end);
        device.txQueue(0).transmit(burst(device, frame, _ -> {}));
    }

    /**
     * The same as if the router's device had received it, with requests, which no cable carries.
     */
    void receive(int end, byte[] datagram, Consumer<Packet> requests) {
        Router router = poller.router();
        NetDevice device = ports.get(end).device();
        Burst burst = burst(device, ethernet(end, datagram), requests);
        router.route(router.ports().get(end), burst, nowNanos);
        router.flush();
    }

    private byte[] ethernet(int end, byte[] datagram) {
        return Frames.ethernet(
                routerHardware(end), hardware(end), EthernetHeader.TYPE_IPV4, datagram);
    }

    private static Burst burst(NetDevice device, byte[] frame, Consumer<Packet> requests) {
        Packet packet = Objects.requireNonNull(device.pool().acquire());
        packet.append(frame.length);
        packet.copyIn(0, frame, 0, frame.length);
        requests.accept(packet);
        Burst burst = new Burst(1);
        burst.add(packet);
        return burst;
    }

    int poll() {
        return poller.poll(nowNanos);
    }

    /** Lets time pass, in steps as a worker would take them. */
    void pass(long nanos) {
        long until = nowNanos + nanos;
        while (nowNanos < until) {
            nowNanos = Math.min(until, nowNanos + SECOND / 10);
            poll();
        }
    }

    long now() {
        return nowNanos;
    }

    /** What has come to the test's end of a cable. */
    List<byte[]> received(int end) {
        List<byte[]> frames = new ArrayList<>();
        Burst burst = new Burst(64);
        while (ends.get(end).rxQueue(0).receive(burst) > 0) {
            for (int i = 0; i < burst.size(); i++) {
                byte[] frame = new byte[burst.get(i).length()];
                burst.get(i).copyOut(0, frame, 0, frame.length);
                frames.add(frame);
            }
            burst.releaseAll();
        }
        // The cable gives back what has arrived.
        ends.get(end).txQueue(0).transmit(burst);
        return frames;
    }

    /** The datagrams among what has come. */
    List<byte[]> datagrams(int end) {
        return received(end).stream()
                .filter(
                        frame ->
                                EthernetHeader.type(Frames.segment(frame), 0)
                                        == EthernetHeader.TYPE_IPV4)
                .map(Frames::payload)
                .toList();
    }

    /** Makes the usual neighbours known, so that nobody is asked for them. */
    void introduce() {
        introduce(0, LEFT, ROUTER_LEFT);
        introduce(1, RIGHT, ROUTER_RIGHT);
        introduce(1, GATEWAY, ROUTER_RIGHT);
        received(0);
        received(1);
    }

    /** The neighbour asks for the router, and answers when the router asks for it. */
    private void introduce(int end, int address, int router) {
        arp(end, ArpPacket.REQUEST, address, router);
        poll();
        send(1 - end, Frames.ipv4(1 - end == 0 ? LEFT : RIGHT, address, 99, new byte[8]));
        poll();
        pass(6 * SECOND); // the time to confirm what was only heard
        arp(end, ArpPacket.REPLY, address, router);
        poll();
    }

    void arp(int end, int operation, int address, int router) {
        byte[] packet = Frames.arp(operation, hardware(end), address, routerHardware(end), router);
        sendFrame(
                end,
                Frames.ethernet(
                        routerHardware(end), hardware(end), EthernetHeader.TYPE_ARP, packet));
    }

    /** One frame in, and whatever comes of it out again, without an object of the bed's. */
    void turn(Burst in, Burst out, byte[] frame) {
        PairDevice left = ends.get(0);
        Packet packet = Objects.requireNonNull(left.pool().acquire());
        packet.append(frame.length);
        packet.copyIn(0, frame, 0, frame.length);
        in.add(packet);
        left.txQueue(0).transmit(in);
        poll();
        for (int i = 0; i < 2; i++) {
            PairDevice end = ends.get(i);
            end.rxQueue(0).receive(out);
            out.releaseAll();
            end.txQueue(0).transmit(out);
        }
    }

    long dropped(int port, DropReason reason) {
        return poller.dropped(port, reason);
    }

    long drops(int port) {
        long sum = 0;
        for (DropReason reason : DropReason.values()) {
            sum += poller.dropped(port, reason);
        }
        return sum;
    }

    /** Packets of all pools that are with somebody. */
    int packetsOut() {
        int out = 0;
        for (int i = 0; i < ports.size(); i++) {
            out += PACKETS - ports.get(i).device().pool().available();
            out += PACKETS - ends.get(i).pool().available();
        }
        return out;
    }

    @Override
    public void close() {
        poller.close();
        // A cable has packets of the other port's pool under way, until its far end is gone.
        ends.forEach(PairDevice::close);
        ports.forEach(port -> port.device().service(0));
        ports.forEach(port -> port.device().close());
        counters.close();
    }
}
