package dev.ringroad.stack;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.worker.TimingWheel;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.drop.Arrival;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;
import dev.ringroad.stack.icmp.IcmpLayer;
import dev.ringroad.stack.icmp.Igmp;
import dev.ringroad.stack.ip.InterfaceConfig;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpDatagram;
import dev.ringroad.stack.ip.IpLayer;
import dev.ringroad.stack.ip.NetInterface;
import dev.ringroad.stack.ip.Protocols;
import dev.ringroad.stack.tcp.TcpLayer;
import dev.ringroad.stack.udp.UdpLayer;

import org.jspecify.annotations.Nullable;

/**
 * One TCP/IP stack: devices below, endpoints above, and nothing that happens by itself in between.
 * It has one owner at a time, who calls {@link #poll}; it reads no clock, starts no thread and
 * makes no object on the way of a packet.
 *
 * <p>What goes out is staged in a burst for each interface and handed to the devices by {@link
 * #flush}, once for many packets; {@link #poll} ends with it, and whoever writes outside of a poll
 * flushes afterwards.
 */
public final class NetStack implements AutoCloseable {
    /** 65.5 microseconds: finer than any timer of the protocols, coarse enough to share slots. */
    private static final long TICK_NANOS = 1 << 16;

    private static final int VLAN_ID_MASK = 0xfff;

    private final StackConfig config;
    private final StackCounters counters;
    private final TimingWheel timers;
    private final IpLayer ip;
    private final IcmpLayer icmp;
    private final Igmp igmp;
    private final UdpLayer udp;
    private final TcpLayer tcp;
    private final Burst received;
    private final IpDatagram datagram = new IpDatagram();

    private boolean throwsFaults = PacketPool.CHECKED;

    /** The last datagram that was put together from fragments, which is in no burst. */
    private @Nullable Packet assembled;

    private long serviceAtNanos;
    private long lastNanos;
    private long framesReceived;
    private boolean closed;

    /**
     * A stack without devices.
     *
     * @param counterFile where its counters are registered; stays the caller's
     * @param nowNanos the time, on the scale that all later calls use
     */
    public NetStack(StackConfig config, CounterFile counterFile, long nowNanos) {
        this.config = config;
        this.counters = new StackCounters(counterFile);
        this.timers = new TimingWheel(TICK_NANOS, nowNanos);
        this.ip = new IpLayer(config, timers, counters, nowNanos);
        this.icmp = new IcmpLayer(config, ip, counters, nowNanos);
        this.igmp = new Igmp(ip, timers, counters);
        this.udp = new UdpLayer(config, ip, icmp, counters);
        this.tcp = new TcpLayer(config, ip, timers, counters);
        this.received = new Burst(config.burstPackets());
        this.serviceAtNanos = nowNanos;
        this.lastNanos = nowNanos;
        ip.protocol(Protocols.UDP, udp);
        ip.protocol(Protocols.TCP, tcp);
        ip.reassemblyExpiry(icmp);
        ip.groupReporter(igmp);
    }

    /** What it was told when it was made. */
    public StackConfig config() {
        return config;
    }

    /** Its drops, by reason. */
    public StackCounters counters() {
        return counters;
    }

    /** Its timers. */
    public TimingWheel timers() {
        return timers;
    }

    /** The internet layer. */
    public IpLayer ip() {
        return ip;
    }

    /** Where connections and listeners are opened. */
    public TcpLayer tcp() {
        return tcp;
    }

    /** Where datagram endpoints are opened. */
    public UdpLayer udp() {
        return udp;
    }

    /** Whether this is one of the stack's own addresses. */
    public boolean owns(IpAddress address) {
        return ip.owns(address.high(), address.low());
    }

    /** Whether the stack has a way to this address. */
    public boolean reaches(IpAddress address) {
        return ip.route(address, IpAddress.ANY_V4) != null;
    }

    /**
     * Uses a device, which is the stack's from here on and closed with it.
     *
     * @param nowNanos the time
     */
    public NetInterface attach(NetDevice device, InterfaceConfig interfaceConfig, long nowNanos) {
        return ip.attach(device, interfaceConfig, nowNanos);
    }

    /**
     * Does what there is to do now: takes a burst of packets from each device and from the stack
     * itself, lets the protocols have them, fires the timers that are due, and sends what came of
     * it. Never throws for what was received, never blocks: should the stack itself fail over a
     * packet, that packet is dropped as {@link DropReason#STACK_FAULT}.
     *
     * @return how much was done; 0 when there was nothing
     */
    public int poll(long nowNanos) {
        lastNanos = nowNanos;
        ip.time(nowNanos);
        int work = 0;
        NetInterface[] interfaces = ip.interfaces();
        for (NetInterface in : interfaces) {
            if (in.receive(received) > 0) {
                work += inputReceived(in, nowNanos);
            }
        }
        // What protocols send to own addresses meanwhile waits for the next poll, so that this
        // ends.
        if (ip.hasLoopback() && ip.takeLoopback(received) > 0) {
            work += inputReceived(null, nowNanos);
        }
        work += expireTimers(nowNanos);
        tcp.endOfBurst(nowNanos);
        if (nowNanos - serviceAtNanos >= 0) {
            service(nowNanos);
        }
        flush();
        return work;
    }

    /**
     * How many frames have come, from the devices and from the stack itself. Unlike what {@link
     * #poll} answers, it does not grow when only a timer fired.
     */
    public long framesReceived() {
        return framesReceived;
    }

    /**
     * The devices' control work, about every millisecond and whenever a device has asked for it.
     */
    private void service(long nowNanos) {
        long next = nowNanos + config.serviceIntervalNanos();
        for (NetInterface serviced : ip.interfaces()) {
            serviced.service(nowNanos);
            next = Math.min(next, serviced.device().nextDeadlineNanos());
        }
        serviceAtNanos = Math.max(next, nowNanos);
    }

    /**
     * Lets the protocols have the received burst, which is empty afterwards in any case. One guard
     * serves the whole burst; only a fault makes it begin anew, behind the packet that caused it.
     *
     * @param in null when the burst comes from the stack itself
     */
    private int inputReceived(@Nullable NetInterface in, long nowNanos) {
        Burst burst = received;
        int count = burst.size();
        framesReceived += count;
        int next = 0;
        try {
            while (next < count) {
                try {
                    while (next < count) {
                        input(in, burst.get(next++), nowNanos);
                    }
                } catch (RuntimeException e) {
                    releaseLost(burst.get(next - 1));
                    fault(e);
                }
            }
        } finally {
            burst.removeFirst(next);
            burst.releaseAll();
        }
        return count;
    }

    private void releaseLost(Packet packet) {
        Arrival.releaseIfLost(packet);
        Packet whole = assembled;
        if (whole != null) {
            Arrival.releaseIfLost(whole);
        }
    }

    /** Whether the stack's own faults are thrown, as in checked mode, or only counted. */
    public void throwFaults(boolean on) {
        throwsFaults = on;
    }

    /** Counts a fault of the stack's own; throws it when told to by {@link #throwFaults}. */
    public void fault(RuntimeException e) {
        counters.count(DropReason.STACK_FAULT);
        if (throwsFaults) {
            throw e;
        }
    }

    /** A timer that fails is gone; those that were due with it are fired by the next poll. */
    private int expireTimers(long nowNanos) {
        try {
            return timers.expire(nowNanos);
        } catch (RuntimeException e) {
            fault(e);
            return 1;
        }
    }

    private void input(@Nullable NetInterface in, Packet packet, long nowNanos) {
        Arrival.begin(packet);
        if (in == null) {
            dispatch(packet, ip.inputLoopback(packet, datagram, nowNanos), nowNanos);
        } else {
            receive(in, packet, nowNanos);
        }
    }

    private void receive(NetInterface in, Packet packet, long nowNanos) {
        if (!packet.linearize()) {
            counters.drop(DropReason.FRAME_IN_PIECES, packet);
            return;
        }
        if (packet.length() < EthernetHeader.BYTES) {
            counters.drop(DropReason.FRAME_TOO_SHORT, packet);
            return;
        }
        long at = packet.offset();
        long destination = EthernetHeader.destination(packet.segment(), at);
        int type = EthernetHeader.type(packet.segment(), at);
        if (type == EthernetHeader.TYPE_IPV4 && destination == in.hardware()) {
            dispatch(
                    packet,
                    ip.inputV4(in, packet, EthernetHeader.BYTES, false, datagram, nowNanos),
                    nowNanos);
        } else {
            receiveOther(in, packet, destination, type, nowNanos);
        }
    }

    private void receiveOther(
            NetInterface in, Packet packet, long destination, int untaggedType, long nowNanos) {
        boolean toGroup = EthernetHeader.isGroup(destination);
        if (!toGroup && destination != in.hardware()) {
            counters.drop(DropReason.FRAME_NOT_FOR_US, packet);
            return;
        }
        int type = untaggedType;
        int linkBytes = EthernetHeader.BYTES;
        if (type == EthernetHeader.TYPE_VLAN) {
            // VLAN 0 only carries a priority (IEEE 802.1Q clause 9.6); to others the interface does
            // not belong.
            linkBytes += EthernetHeader.TAG_BYTES;
            long at = packet.offset();
            if (packet.length() < linkBytes
                    || (BigEndian.u16(packet.segment(), at + EthernetHeader.TAG_CONTROL)
                                    & VLAN_ID_MASK)
                            != 0) {
                counters.drop(DropReason.FRAME_VLAN, packet);
                return;
            }
            type = EthernetHeader.payloadType(packet.segment(), at);
        }
        switch (type) {
            case EthernetHeader.TYPE_IPV4 ->
                    dispatch(
                            packet,
                            ip.inputV4(in, packet, linkBytes, toGroup, datagram, nowNanos),
                            nowNanos);
            case EthernetHeader.TYPE_ARP -> in.arp().input(packet, linkBytes, nowNanos);
            case EthernetHeader.TYPE_IPV6 -> counters.drop(DropReason.FRAME_IPV6, packet);
            default -> counters.drop(DropReason.FRAME_TYPE_UNKNOWN, packet);
        }
    }

    /**
     * @param payload what the packet brought, or completed; null when there is nothing to hand up
     */
    private void dispatch(Packet packet, @Nullable Packet payload, long nowNanos) {
        if (payload == null) {
            return;
        }
        if (payload != packet) {
            Arrival.begin(payload);
            assembled = payload;
        }
        switch (datagram.protocol()) {
            case Protocols.TCP -> tcp.input(payload, datagram, nowNanos);
            case Protocols.UDP -> udp.input(payload, datagram, nowNanos);
            case Protocols.ICMP -> icmp.input(payload, datagram, nowNanos);
            case Protocols.IGMP -> igmp.input(payload, datagram, nowNanos);
            default -> {
                icmp.unreachable(payload, datagram, IcmpLayer.CODE_PROTOCOL, nowNanos);
                counters.drop(DropReason.IP_PROTOCOL_UNKNOWN, payload);
            }
        }
    }

    /** Hands what has been staged to the devices. */
    public void flush() {
        for (NetInterface out : ip.interfaces()) {
            out.flush();
        }
    }

    /**
     * When {@link #poll} has to be called at the latest even if nothing is received; {@link
     * Long#MAX_VALUE} for never. A past time when there is something to do at once.
     */
    public long nextDeadlineNanos() {
        if (ip.hasLoopback()) {
            return Long.MIN_VALUE;
        }
        long next = timers.nextDeadlineNanos();
        for (NetInterface out : ip.interfaces()) {
            // What is staged found the device's ring full; the next try comes with its control
            // work.
            long device = out.hasStaged() ? serviceAtNanos : out.device().nextDeadlineNanos();
            next = Math.min(next, device);
        }
        return next;
    }

    /**
     * Arms the devices' interrupts and adds their descriptors.
     *
     * @return false when something waits already, so that the owner must not sleep; call {@link
     *     #wakeUp} in either case
     */
    public boolean prepareSleep(PollSet wake) {
        if (ip.hasLoopback()) {
            return false;
        }
        for (NetInterface in : ip.interfaces()) {
            if (!in.device().prepareSleep(wake)) {
                return false;
            }
        }
        return true;
    }

    /** Disarms the interrupts; the next poll does the devices' control work too. */
    public void wakeUp() {
        for (NetInterface in : ip.interfaces()) {
            in.device().wakeUp();
        }
        serviceAtNanos = lastNanos;
    }

    /**
     * Resets all connections, ends all endpoints, gives every packet back and closes the devices.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        tcp.close(lastNanos);
        udp.close(lastNanos);
        flush();
        ip.close();
        for (NetInterface in : ip.interfaces()) {
            in.device().close();
        }
    }
}
