package dev.ringroad.stack.lab;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.driver.pair.PairDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.ArpPacket;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.stack.NetStack;
import dev.ringroad.stack.config.Profile;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.ip.InterfaceConfig;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.NetInterface;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One stack at 10.0.0.1/24, and the bare end of its cable: frames are put in and taken out byte by
 * byte. Time is virtual.
 */
public final class Probe implements AutoCloseable {
    /** The stack's address. */
    public static final int STACK = IpAddress.parse("10.0.0.1").v4();

    /** The address of whoever holds the bare end. */
    public static final int PEER = IpAddress.parse("10.0.0.2").v4();

    /** The bare end's hardware address. */
    public static final long PEER_HARDWARE = 0x0200_0000_00ffL;

    private static final String DEVICE_NAME = "stack";

    /** The stack's hardware address. */
    public static final long STACK_HARDWARE =
            MacAddress.locallyAdministered(DEVICE_NAME.hashCode()).bits();

    private final CounterFile counters = CounterFile.inMemory(512);
    private final PairDevice bare;
    private final PairDevice attached;
    private final NetStack stack;
    private final NetInterface netInterface;
    private final Burst burst = new Burst(64);
    private long nowNanos = 1_000_000_000L;

    /** A stack with the latency profile's limits and fixed secrets. */
    public Probe() {
        this(StackConfig.of(Profile.LATENCY).withSeed(42));
    }

    /** A stack of this configuration. */
    public Probe(StackConfig config) {
        PairDevice.Ends ends;
        try {
            ends = PairDevice.create(DEVICE_NAME, "bare", 512, 2048, 1500);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        bare = ends.b();
        attached = ends.a();
        stack = new NetStack(config, counters, nowNanos);
        netInterface = stack.attach(attached, InterfaceConfig.of("10.0.0.1/24"), nowNanos);
        stack.poll(nowNanos);
        sent();
    }

    /** The stack. */
    public NetStack stack() {
        return stack;
    }

    /** Its only interface. */
    public NetInterface netInterface() {
        return netInterface;
    }

    /** The virtual time. */
    public long now() {
        return nowNanos;
    }

    /** How often the stack has dropped something for this reason. */
    public long drops(DropReason reason) {
        return stack.counters().value(reason);
    }

    /** Puts a frame on the cable. */
    public void put(byte[] frame) {
        Packet packet = bare.pool().acquire();
        if (packet == null) {
            bare.txQueue(0).transmit(burst);
            packet =
                    Objects.requireNonNull(
                            bare.pool().acquire(), "the bare end has run out of packets");
        }
        packet.append(frame.length);
        packet.copyIn(0, frame, 0, frame.length);
        burst.add(packet);
        if (bare.txQueue(0).transmit(burst) == 0) {
            burst.releaseAll();
        }
    }

    /** Puts an IPv4 datagram from the peer to the stack on the cable and lets the stack have it. */
    public void putIp(byte[] datagram) {
        put(
                Frames.ethernet(
                        netInterface.hardware(),
                        PEER_HARDWARE,
                        EthernetHeader.TYPE_IPV4,
                        datagram));
        poll();
    }

    /** Puts an ARP packet for the stack on the cable and lets it have it. */
    public void putArp(long to, byte[] packet) {
        put(Frames.ethernet(to, PEER_HARDWARE, EthernetHeader.TYPE_ARP, packet));
        poll();
    }

    /** Makes the stack know the peer's hardware address, as if it had asked. */
    public void introduce() {
        putArp(
                EthernetHeader.BROADCAST,
                Frames.arp(ArpPacket.REQUEST, PEER_HARDWARE, PEER, 0, STACK));
        sent();
    }

    /** Polls the stack until it has nothing to do. */
    public void poll() {
        for (int i = 0; i < 100 && stack.poll(nowNanos) > 0; ) {
            i++;
        }
    }

    /** Lets time go by in steps of at most 100 ms, polling at each. */
    public void pass(long nanos) {
        long until = nowNanos + nanos;
        while (nowNanos < until) {
            long next = Math.min(stack.nextDeadlineNanos(), nowNanos + 100_000_000L);
            nowNanos = Math.min(until, Math.max(nowNanos + 1, next));
            poll();
        }
    }

    /** Takes off the cable what the stack has sent. */
    public List<byte[]> sent() {
        List<byte[]> frames = new ArrayList<>();
        Burst received = new Burst(64);
        while (bare.rxQueue(0).receive(received) > 0) {
            for (int i = 0; i < received.size(); i++) {
                Packet packet = received.get(i);
                byte[] frame = new byte[packet.length()];
                packet.copyOut(0, frame, 0, frame.length);
                frames.add(frame);
            }
            received.releaseAll();
        }
        return frames;
    }

    /** Empties the cable; then how many of the device's packets somebody in the stack still has. */
    public int packetsHeld() {
        sent();
        attached.txQueue(0).transmit(new Burst(1));
        return attached.pool().packets() - attached.pool().available();
    }

    /** In checked mode this fails when a packet has leaked. */
    @Override
    public void close() {
        try {
            stack.close();
        } finally {
            bare.close();
            counters.close();
        }
    }
}
