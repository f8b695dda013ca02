package dev.ringroad.net.driver.afpacket;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.InterfaceWatch;
import dev.ringroad.core.linux.Interfaces;
import dev.ringroad.core.linux.NetworkNamespace;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.DriverDevice;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.InterfaceLink;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.device.PoolPlacement;
import dev.ringroad.net.driver.afpacket.AfPacketOptions.Ring;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A network interface of the kernel, its frames copied through rings in shared memory (AF_PACKET).
 *
 * <p>The kernel's own stack sees each received frame as well, so the interface should have no
 * address. Checksums are left to the kernel, which gives them to the adapter or computes them. With
 * {@code offload=yes} TCP segments of up to 64 KiB go through whole, in both directions; without it
 * a received frame that is longer than the MTU allows is dropped and counted, and the interface's
 * GRO and its peer's TSO are to be switched off ({@code ethtool -K}).
 */
public final class AfPacketDevice extends DriverDevice {

    private static final int PACKETS = 2048;

    /** Large buffers are 32 times as big as ordinary ones; this many still hold a long burst. */
    private static final int PACKETS_JOINED = 512;

    private static final int TAGS_BYTES = 2 * EthernetHeader.TAG_BYTES;

    private final Counter ringFull;
    private final InterfaceLink link;
    private final AfPacketQueue[] queues;
    private final AfPacketRxQueue[] rxQueues;
    private final AfPacketTxQueue[] txQueues;
    private final PollSet probe = new PollSet(1);

    /** What was opened in the interface's namespace. */
    private record Opened(
            InterfaceWatch watch, MacAddress macAddress, int mtu, List<AfPacketQueue> queues) {}

    private AfPacketDevice(
            AfPacketOptions options,
            Opened opened,
            RingGeometry geometry,
            PacketPool pool,
            CounterFile file) {
        String name = options.name();
        boolean joined = options.offload();
        int frameBytesMax = opened.mtu() + EthernetHeader.BYTES + EthernetHeader.TAG_BYTES;
        Capabilities capabilities =
                new Capabilities(true, true, joined, joined, false, frameBytesMax);
        DropCounters drops = new DropCounters(file, name);
        Counter refused =
                drops.named("refused", "times that the kernel passed over frames to transmit");
        Counter downs = file.counter(name + ".disconnections", "times the link went down");
        InterfaceLink link = new InterfaceLink(opened.watch(), downs);
        AfPacketQueue[] queues = opened.queues().toArray(new AfPacketQueue[0]);
        AfPacketRxQueue[] received = new AfPacketRxQueue[queues.length];
        AfPacketTxQueue[] sent = new AfPacketTxQueue[queues.length];
        FrameIntake intake = new FrameIntake(FrameHeader.of(geometry.receive()), drops);
        for (int i = 0; i < queues.length; i++) {
            AfPacketQueue queue = queues[i];
            received[i] =
                    geometry.receive() == Ring.BLOCKS
                            ? new BlockRxQueue(queue.receiveRing(), geometry, intake, pool, drops)
                            : new SlotRxQueue(queue.receiveRing(), geometry, intake, pool, drops);
            sent[i] =
                    new AfPacketTxQueue(
                            queue.socket(),
                            queue.transmitRing(),
                            geometry,
                            capabilities,
                            drops,
                            refused,
                            link);
        }
        Traits traits = new Traits(name, opened.macAddress(), opened.mtu(), capabilities);
        super(traits, pool, drops, received, sent);
        ringFull =
                drops.named(
                        "ring-full",
                        "received frames that the kernel lost because the ring was full");
        this.link = link;
        this.queues = queues;
        rxQueues = received;
        txQueues = sent;
    }

    /**
     * Takes this driver's options from a spec and opens nothing.
     *
     * @throws dev.ringroad.net.device.SpecException when a value is not allowed
     */
    public static void takeOptions(DeviceSpec spec) {
        AfPacketOptions.take(spec);
        PoolPlacement.take(spec, null);
    }

    /**
     * Opens an interface's frames.
     *
     * @param spec {@code afpacket:NAME} with the options {@code netns}, {@code queues}, {@code
     *     ring}, {@code promiscuous}, {@code mac}, {@code offload} and those of {@link
     *     PoolPlacement}; others must have been taken before
     * @param counters where drops are counted; outlives the device
     * @throws IOException when the kernel refuses; the message says what and how to mend it
     */
    public static AfPacketDevice open(DeviceSpec spec, CounterFile counters) throws IOException {
        AfPacketOptions options = AfPacketOptions.take(spec);
        String visible = options.namespace() == null ? options.name() : null;
        Placement placement = PoolPlacement.take(spec, visible);
        spec.requireAllTaken();
        int mtu =
                NetworkNamespace.inside(options.namespace(), () -> Interfaces.mtu(options.name()));
        int frameBytes = (options.offload() ? 0xFFFF : mtu) + EthernetHeader.BYTES + TAGS_BYTES;
        RingGeometry geometry = RingGeometry.of(options.ring(), frameBytes);
        PacketPool pool = pool(options, frameBytes, placement);
        try {
            Opened opened =
                    NetworkNamespace.inside(
                            options.namespace(), () -> openHere(options, geometry, mtu));
            return new AfPacketDevice(options, opened, geometry, pool, counters);
        } catch (Throwable t) {
            pool.close();
            throw t;
        }
    }

    private static PacketPool pool(AfPacketOptions options, int frameBytes, Placement placement) {
        int bytes = PacketPool.DEFAULT_HEADROOM + frameBytes + 1;
        int alignment = PacketPool.BUFFER_ALIGNMENT_BYTES;
        int bufferBytes = (bytes + alignment - 1) / alignment * alignment;
        int packets = options.offload() ? PACKETS_JOINED : PACKETS;
        String name = "afpacket-" + options.name();
        return PacketPool.create(name, packets, bufferBytes, placement);
    }

    private static Opened openHere(AfPacketOptions options, RingGeometry geometry, int mtu)
            throws IOException {
        MacAddress own = new MacAddress(Interfaces.macAddress(options.name()));
        MacAddress asked = options.macAddress();
        MacAddress mac = asked == null ? own : asked;
        Boolean wanted = options.promiscuous();
        boolean promiscuous = wanted == null ? !mac.equals(own) : wanted;
        InterfaceWatch watch = InterfaceWatch.open(options.name());
        List<AfPacketQueue> queues = new ArrayList<>();
        try {
            int group = 0;
            for (int i = 0; i < options.queues(); i++) {
                AfPacketQueue queue = AfPacketQueue.open(watch.index(), geometry, promiscuous);
                queues.add(queue);
                if (i > 0) {
                    queue.socket().joinGroup(group);
                } else if (options.queues() > 1) {
                    group = queue.socket().foundGroup();
                }
            }
            return new Opened(watch, mac, mtu, queues);
        } catch (Throwable t) {
            queues.forEach(AfPacketQueue::close);
            watch.close();
            throw t;
        }
    }

    @Override
    public boolean linkUp() {
        return link.isUp();
    }

    @Override
    public String linkTrouble() {
        return link.trouble();
    }

    @Override
    public void service(long nowNanos) {
        if (isClosed()) {
            return;
        }
        link.check(nowNanos);
        countLost();
        for (AfPacketTxQueue queue : txQueues) {
            if (queue.hasUnsent()) {
                queue.kick();
            }
        }
    }

    private void countLost() {
        for (AfPacketQueue queue : queues) {
            ringFull.add(queue.socket().takeLost());
        }
    }

    @Override
    public long nextDeadlineNanos() {
        return link.nextCheckNanos();
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        if (isClosed() || link.isGone()) {
            // The socket of an interface that is gone never has anything again.
            return !isClosed();
        }
        // Nobody asks again before the next frame, which may never come.
        countLost();
        for (int i = 0; i < queues.length; i++) {
            if (rxQueues[i].isReadable() || txQueues[i].hasUnsent() || isInError(i)) {
                return false;
            }
        }
        for (AfPacketQueue queue : queues) {
            wake.add(queue.socket().descriptor().number(), PollSet.POLLIN);
        }
        return true;
    }

    /** An interface that went down leaves an error at the socket, which would end every sleep. */
    private boolean isInError(int i) {
        probe.clear();
        probe.add(queues[i].socket().descriptor().number(), 0);
        if (probe.poll(0) == 0 || queues[i].socket().takeError() == 0) {
            return false;
        }
        link.look();
        return true;
    }

    /** How many received frames the kernel lost because the ring was full, as counted so far. */
    public long ringFull() {
        return ringFull.value();
    }

    @Override
    protected void release() {
        countLost();
        link.close();
        probe.close();
        try (PacketPool _ = pool()) {
            for (AfPacketQueue queue : queues) {
                queue.close();
            }
        }
    }
}
