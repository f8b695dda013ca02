package dev.ringroad.net.driver.afxdp;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.Bpf;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.InterfaceWatch;
import dev.ringroad.core.linux.Interfaces;
import dev.ringroad.core.linux.NetworkNamespace;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.linux.XdpSocket;
import dev.ringroad.core.linux.XdpSocket.Ring;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.DriverDevice;
import dev.ringroad.net.device.InterfaceLink;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.driver.afxdp.AfXdpOptions.Mode;
import dev.ringroad.net.driver.afxdp.AfXdpOptions.ZeroCopy;
import dev.ringroad.net.ebpf.RedirectProgram;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Queues of a network interface whose frames the kernel puts into memory of ours before its own
 * stack sees them (AF_XDP). What arrives at other queues stays the kernel's.
 *
 * <p>Frames come as they are on the wire. An interface without a wire, such as veth, leaves out
 * checksums and joins segments unless told otherwise; that has to be switched off at the other end
 * ({@code ethtool -K NAME tx off}).
 *
 * <p>Whether the program runs in the driver and whether there are no copies is told by {@link
 * #isNative}, {@link #isZeroCopy} and the counters {@code NAME.native} and {@code NAME.zero-copy}.
 */
public final class AfXdpDevice extends DriverDevice {

    /** For each queue: what the kernel has in both directions, and as many for the owner. */
    private static final int PACKETS_PER_QUEUE =
            2 * (AfXdpQueue.RECEIVE_ENTRIES + AfXdpQueue.TRANSMIT_ENTRIES);

    /** What the kernel keeps free before a received frame ({@code XDP_PACKET_HEADROOM}). */
    private static final int KERNEL_HEADROOM_BYTES = 256;

    private static final int FRAME_OVERHEAD_BYTES = EthernetHeader.BYTES + EthernetHeader.TAG_BYTES;
    private static final int MTU_MAX = Chunks.BYTES - KERNEL_HEADROOM_BYTES - FRAME_OVERHEAD_BYTES;

    private final SharedRegion region;
    private final Opened opened;
    private final AfXdpCounters counters;
    private final Chunks chunks;
    private final InterfaceLink link;
    private final List<AfXdpQueue> queues;
    private final AfXdpRxQueue[] rxQueues;
    private final AfXdpTxQueue[] txQueues;

    /** What was opened in the interface's namespace. */
    private record Opened(
            InterfaceWatch watch,
            MacAddress macAddress,
            int mtu,
            List<AfXdpQueue> queues,
            RedirectProgram program,
            boolean inDriver,
            boolean zeroCopy) {}

    private AfXdpDevice(
            String name, SharedRegion region, PacketPool pool, Opened opened, CounterFile file) {
        int frameBytesMax = opened.mtu() + FRAME_OVERHEAD_BYTES;
        AfXdpCounters counters = new AfXdpCounters(file, name);
        Chunks chunks = new Chunks(pool);
        InterfaceLink link = new InterfaceLink(opened.watch(), counters.disconnections);
        List<AfXdpQueue> queues = opened.queues();
        AfXdpRxQueue[] received = new AfXdpRxQueue[queues.size()];
        AfXdpTxQueue[] sent = new AfXdpTxQueue[queues.size()];
        for (int i = 0; i < received.length; i++) {
            AfXdpQueue queue = queues.get(i);
            received[i] =
                    new AfXdpRxQueue(
                            queue.number(),
                            queue.socket(),
                            queue.ring(Ring.RECEIVE),
                            queue.ring(Ring.FILL),
                            chunks,
                            pool,
                            counters.drops);
            sent[i] =
                    new AfXdpTxQueue(
                            queue.socket(),
                            queue.ring(Ring.TRANSMIT),
                            queue.ring(Ring.COMPLETION),
                            chunks,
                            pool,
                            counters.drops,
                            link,
                            frameBytesMax);
        }
        Capabilities capabilities =
                new Capabilities(false, false, false, false, true, frameBytesMax);
        Traits traits = new Traits(name, opened.macAddress(), opened.mtu(), capabilities);
        super(traits, pool, counters.drops, received, sent);
        counters.inDriver.set(opened.inDriver() ? 1 : 0);
        counters.zeroCopy.set(opened.zeroCopy() ? 1 : 0);
        this.region = region;
        this.opened = opened;
        this.counters = counters;
        this.chunks = chunks;
        this.link = link;
        this.queues = queues;
        rxQueues = received;
        txQueues = sent;
    }

    /**
     * Takes queues of an interface.
     *
     * @param spec {@code afxdp:NAME} with the options {@code netns}, {@code queue}, {@code queues},
     *     {@code mode} and {@code zero-copy}; others must have been taken before
     * @param counters where drops are counted; outlives the device
     * @throws IOException when the kernel refuses; the message says what and how to mend it
     */
    public static AfXdpDevice open(DeviceSpec spec, CounterFile counters) throws IOException {
        AfXdpOptions options = AfXdpOptions.take(spec);
        spec.requireAllTaken();
        int packets = PACKETS_PER_QUEUE * options.queues();
        SharedRegion region =
                SharedRegion.allocate(
                        "afxdp-" + options.name(),
                        (long) packets * Chunks.BYTES,
                        Placement.preferHuge());
        try {
            PacketPool pool = PacketPool.over(region, 0, packets, Chunks.BYTES);
            Opened opened =
                    NetworkNamespace.inside(options.namespace(), () -> openHere(options, region));
            return new AfXdpDevice(options.name(), region, pool, opened, counters);
        } catch (Throwable t) {
            region.close();
            throw t;
        }
    }

    private static Opened openHere(AfXdpOptions options, SharedRegion region) throws IOException {
        int mtu = Interfaces.mtu(options.name());
        if (mtu > MTU_MAX) {
            throw new SpecException(
                    options.name()
                            + " has an MTU of "
                            + mtu
                            + " bytes; up to "
                            + MTU_MAX
                            + " fit a buffer of AF_XDP");
        }
        MacAddress mac = new MacAddress(Interfaces.macAddress(options.name()));
        InterfaceWatch watch = InterfaceWatch.open(options.name());
        try {
            if (options.mode() != Mode.BEST) {
                boolean inDriver = options.mode() == Mode.NATIVE;
                return connect(options, region, watch, mac, mtu, inDriver);
            }
            try {
                return connect(options, region, watch, mac, mtu, true);
            } catch (SystemCallException e) {
                if (!isLackOfNativeMode(e) || options.zeroCopy() == ZeroCopy.REQUIRED) {
                    throw e;
                }
                return connect(options, region, watch, mac, mtu, false);
            }
        } catch (Throwable t) {
            watch.close();
            throw t;
        }
    }

    /**
     * Drivers without native mode say EOPNOTSUPP, those that cannot at the moment something else.
     */
    private static boolean isLackOfNativeMode(SystemCallException e) {
        return e.call().startsWith("bpf(BPF_LINK_CREATE")
                && e.errno() != Errno.EBUSY
                && e.errno() != Errno.EEXIST
                && e.errno() != Errno.EPERM;
    }

    private static Opened connect(
            AfXdpOptions options,
            SharedRegion region,
            InterfaceWatch watch,
            MacAddress mac,
            int mtu,
            boolean inDriver)
            throws IOException {
        List<AfXdpQueue> queues = new ArrayList<>();
        int end = options.firstQueue() + options.queues();
        RedirectProgram program =
                RedirectProgram.attach(
                        watch.index(), inDriver ? Bpf.LINK_NATIVE : Bpf.LINK_GENERIC, end);
        try {
            boolean zeroCopy = true;
            for (int i = options.firstQueue(); i < end; i++) {
                AfXdpQueue queue = AfXdpQueue.open(i, region.segment());
                queues.add(queue);
                queue.bind(watch.index(), inDriver ? options.zeroCopy() : ZeroCopy.NONE);
                program.give(i, queue.socket().descriptor());
                zeroCopy &= queue.socket().isZeroCopy();
            }
            return new Opened(watch, mac, mtu, queues, program, inDriver, zeroCopy);
        } catch (Throwable t) {
            program.close();
            queues.forEach(AfXdpQueue::close);
            throw t;
        }
    }

    /** Whether frames are taken in the driver, before the kernel makes a buffer for them. */
    public boolean isNative() {
        return opened.inDriver();
    }

    /** Whether the adapter uses our memory itself. */
    public boolean isZeroCopy() {
        return opened.zeroCopy();
    }

    @Override
    public boolean linkUp() {
        return link.isUp();
    }

    @Override
    public void service(long nowNanos) {
        if (link.check(nowNanos)) {
            readStatistics();
        }
        for (AfXdpTxQueue queue : txQueues) {
            if (link.isUp() && queue.hasUnsent()) {
                queue.kick();
            }
        }
    }

    private void readStatistics() {
        long ringFull = 0;
        long dropped = 0;
        long refused = 0;
        for (AfXdpQueue queue : queues) {
            XdpSocket socket = queue.socket();
            if (socket.readStatistics()) {
                ringFull += socket.ringFull();
                dropped += socket.receivedDropped();
                refused += socket.transmitInvalid();
            }
        }
        counters.ringFull.set(ringFull);
        counters.kernelDropped.set(dropped);
        counters.refused.set(refused);
    }

    /** The socket is not woken when the interface goes, so the link is looked at in any case. */
    @Override
    public long nextDeadlineNanos() {
        return link.deadlineNanos();
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        if (isClosed() || link.isGone()) {
            return !isClosed();
        }
        for (int i = 0; i < rxQueues.length; i++) {
            if (rxQueues[i].isReadable() || (link.isUp() && txQueues[i].hasUnsent())) {
                return false;
            }
        }
        for (AfXdpQueue queue : queues) {
            wake.add(queue.socket().descriptor().number(), PollSet.POLLIN);
        }
        return true;
    }

    @Override
    protected void release() {
        readStatistics();
        link.close();
        opened.program().close();
        queues.forEach(AfXdpQueue::close);
        chunks.takeAll();
        try (region) {
            pool().close();
        }
    }
}
