package dev.ringroad.testkit.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Two devices that are connected, and what a test does with them all the time.
 *
 * <p>Waiting has a bound only so that a broken device fails a test instead of hanging it.
 */
public final class DeviceEnds implements AutoCloseable {

    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final NetDevice a;
    private final NetDevice b;

    /** Takes two devices, of which neither has to have its link up yet. */
    public DeviceEnds(NetDevice a, NetDevice b) {
        this.a = a;
        this.b = b;
    }

    /** One end. */
    public NetDevice a() {
        return a;
    }

    /** The other end. */
    public NetDevice b() {
        return b;
    }

    /** Serves both ends once. */
    public void service() {
        long now = System.nanoTime();
        a.service(now);
        b.service(now);
    }

    /** Serves both ends until something has become true. */
    public void await(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            service();
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new AssertionError("still waiting: " + what);
            }
            Thread.yield();
        }
    }

    /** Serves both ends until both links are up. */
    public void awaitLinks() {
        await("both links up", () -> a.linkUp() && b.linkUp());
    }

    /** A new frame in a packet of the sender's pool; the pool must have one. */
    public static Packet frame(NetDevice from, NetDevice to, int number, int frameBytes) {
        Packet packet = from.pool().acquire();
        if (packet == null) {
            throw new AssertionError(from.name() + " has no free packet");
        }
        long destination = to.macAddress().bits();
        TestFrames.fill(packet, destination, from.macAddress().bits(), number, frameBytes);
        return packet;
    }

    /**
     * A new frame as a chain of packets of the sender's pool.
     *
     * @param cuts where the parts end, but the last, in bytes from the frame's start
     */
    public static Packet chainedFrame(
            NetDevice from, NetDevice to, int number, int frameBytes, int... cuts) {
        Packet head = frame(from, to, number, frameBytes);
        int begin = cuts[0];
        for (int i = 0; i < cuts.length; i++) {
            int end = i + 1 < cuts.length ? cuts[i + 1] : frameBytes;
            Packet part = Objects.requireNonNull(from.pool().acquire());
            part.append(end - begin);
            part.copyIn(0, head.segment(), head.offset() + begin, end - begin);
            head.chain(part);
            begin = end;
        }
        head.trimTo(cuts[0]);
        return head;
    }

    /** Adds {@code count} frames numbered from {@code first} to a burst. */
    public static void fill(
            Burst burst, NetDevice from, NetDevice to, int first, int count, int frameBytes) {
        for (int i = 0; i < count; i++) {
            burst.add(frame(from, to, first + i, frameBytes));
        }
    }

    /** Transmits the whole burst, however often that takes. */
    public void transmitAll(NetDevice from, Burst burst) {
        await(
                "all frames taken",
                () -> {
                    from.txQueue(0).transmit(burst);
                    return burst.isEmpty();
                });
    }

    /** Receives until there are {@code count} test frames; what else comes is released. */
    public List<Packet> receive(NetDevice at, int count) {
        List<Packet> frames = new ArrayList<>();
        await(
                count + " frames at " + at.name(),
                () -> {
                    receiveOnce(at, frames);
                    return frames.size() >= count;
                });
        assertThat(frames).hasSize(count);
        return frames;
    }

    /** Receives one burst of test frames, or none; what else comes is released. */
    public static int receiveOnce(NetDevice at, List<Packet> into) {
        Burst burst = new Burst(32);
        at.rxQueue(0).receive(burst);
        int before = into.size();
        for (int i = 0; i < burst.size(); i++) {
            Packet packet = burst.get(i);
            assertThat(packet.references()).isEqualTo(1);
            assertThat(packet.pool()).isSameAs(at.pool());
            if (TestFrames.isOne(packet)) {
                into.add(packet);
            } else {
                packet.release();
            }
        }
        return into.size() - before;
    }

    /** Sends one frame and checks that it arrives unharmed. */
    public void exchange(NetDevice from, NetDevice to, int number, int frameBytes) {
        Burst burst = new Burst(1);
        burst.add(frame(from, to, number, frameBytes));
        transmitAll(from, burst);
        Packet packet = receive(to, 1).getFirst();
        assertIntact(packet, from, to, number, frameBytes);
        packet.release();
    }

    /** Fails unless a packet is the frame of that number. */
    public static void assertIntact(
            Packet packet, NetDevice from, NetDevice to, int number, int frameBytes) {
        long destination = to.macAddress().bits();
        long source = from.macAddress().bits();
        TestFrames.assertIntact(packet, destination, source, number, frameBytes);
    }

    /** Fails unless what a device says about itself can be. */
    static void assertDescribesItself(NetDevice a) {
        assertThat(a.name()).isNotBlank();
        assertThat(a.macAddress().isGroup()).isFalse();
        assertThat(a.queuePairs()).isPositive();
        assertThat(a.mtu()).isBetween(68, 65535);
        assertThat(a.capabilities().frameBytesMax())
                .isGreaterThanOrEqualTo(a.mtu() + EthernetHeader.BYTES);
        assertThat(a.pool().dataBytesMax())
                .isGreaterThanOrEqualTo(a.capabilities().frameBytesMax());
        assertThatThrownBy(() -> a.rxQueue(a.queuePairs()))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> a.txQueue(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    /** How many packets of a device's pool are lent, to whomever. */
    public static int lent(NetDevice device) {
        PacketPool pool = device.pool();
        return pool.packets() - pool.available();
    }

    /** Serves, receives and reclaims until as many packets are lent at each end as before. */
    public void awaitLent(int lentA, int lentB) {
        Burst none = new Burst(1);
        List<Packet> rest = new ArrayList<>();
        await(
                "packets to come back",
                () -> {
                    a.txQueue(0).transmit(none);
                    b.txQueue(0).transmit(none);
                    receiveOnce(a, rest);
                    receiveOnce(b, rest);
                    rest.forEach(Packet::release);
                    rest.clear();
                    return lent(a) == lentA && lent(b) == lentB;
                });
    }

    @Override
    public void close() {
        try (b) {
            a.close();
        }
    }
}
