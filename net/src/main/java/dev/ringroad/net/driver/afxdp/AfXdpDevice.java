package dev.ringroad.net.driver.afxdp;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.XdpSocket;
import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.DriverDevice;
import dev.ringroad.net.device.InterfaceLink;
import dev.ringroad.net.device.PoolPlacement;
import dev.ringroad.net.driver.afxdp.AfXdpOptions.Checksum;
import dev.ringroad.net.packet.PacketPool;

import java.io.IOException;

/**
 * Queues of a network interface whose frames the kernel puts into memory of ours before its own
 * stack sees them (AF_XDP). What arrives at other queues stays the kernel's.
 *
 * <p>Frames come as they are on the wire. An interface without a wire, such as veth, leaves out
 * checksums and joins segments unless told otherwise; that has to be switched off at the other end
 * ({@code ethtool -K NAME tx off}).
 *
 * <p>Ports with the same {@code umem=NAME} share their memory and their pool, so that packets go
 * from one to another without a copy; they have one owner thread together.
 *
 * <p>Whether the program runs in the driver and whether there are no copies is told by {@link
 * #isNative}, {@link #isZeroCopy} and the counters {@code NAME.native} and {@code NAME.zero-copy}.
 * Checksums that packets request are computed here unless {@code checksum=} hands them down, which
 * {@link #capabilities} and {@code NAME.checksum} tell.
 */
public final class AfXdpDevice extends DriverDevice {

    /** The option that names who has opened the port; all others are its. */
    private static final String HANDED_OVER = "from";

    private final AfXdpPort port;
    private final AfXdpCounters counters;
    private final InterfaceLink link;
    private final AfXdpRxQueue[] rxQueues;
    private final AfXdpTxQueue[] txQueues;

    private AfXdpDevice(AfXdpOptions options, AfXdpPort port, CounterFile file) {
        // What is asked before a frame, a driver may know or not; the kernel, when it copies, does.
        boolean asking = port.memory().hasMetadata() && !port.zeroCopy();
        boolean checksum = asking && options.checksum() != Checksum.SOFTWARE;
        int frameBytesMax = port.mtu() + AfXdpPort.FRAME_OVERHEAD_BYTES;
        Capabilities capabilities =
                new Capabilities(
                        checksum, false, false, false, true, options.chained(), frameBytesMax);
        AfXdpCounters counters = new AfXdpCounters(file, options.name());
        InterfaceLink link = new InterfaceLink(port.watch(), counters.disconnections);
        PacketPool pool = port.memory().pool();
        AfXdpRxQueue[] received = new AfXdpRxQueue[port.queues().size()];
        AfXdpTxQueue[] sent = new AfXdpTxQueue[received.length];
        boolean busyPolls = options.busyPollFrames() > 0;
        boolean timestamps = asking && options.timestamps();
        for (int i = 0; i < received.length; i++) {
            AfXdpQueue queue = port.queues().get(i);
            received[i] = new AfXdpRxQueue(queue, pool, counters.drops, busyPolls);
            sent[i] =
                    new AfXdpTxQueue(
                            queue, port.memory(), capabilities, counters.drops, link, timestamps);
        }
        Traits traits = new Traits(options.name(), port.macAddress(), port.mtu(), capabilities);
        super(traits, pool, counters.drops, received, sent);
        counters.inDriver.set(port.inDriver() ? 1 : 0);
        counters.zeroCopy.set(port.zeroCopy() ? 1 : 0);
        counters.checksum.set(checksum ? 1 : 0);
        this.port = port;
        this.counters = counters;
        this.link = link;
        rxQueues = received;
        txQueues = sent;
    }

    /**
     * Takes this driver's options from a spec and opens nothing.
     *
     * @throws SpecException when a value is not allowed
     */
    public static void takeOptions(DeviceSpec spec) {
        if (spec.take(HANDED_OVER) == null) {
            AfXdpOptions.take(spec);
            PoolPlacement.takeShared(spec, null);
        }
    }

    /**
     * Takes queues of an interface.
     *
     * @param spec {@code afxdp:NAME} with the options {@code netns}, {@code queue}, {@code queues},
     *     {@code mode}, {@code zero-copy}, {@code umem}, {@code buffers}, {@code busy-poll}, {@code
     *     checksum}, {@code timestamps}, {@code chained} and those of {@link PoolPlacement}, or
     *     with {@code from}, the Unix socket of an {@link AfXdpHandover}; others must have been
     *     taken before
     * @param counters where drops are counted; outlives the device
     * @throws IOException when the kernel refuses; the message says what and how to mend it
     */
    public static AfXdpDevice open(DeviceSpec spec, CounterFile counters) throws IOException {
        String from = spec.take(HANDED_OVER);
        if (from != null) {
            spec.requireAllTaken();
            return make(HandedPort.receive(from, spec.address()), counters);
        }
        AfXdpOptions options = AfXdpOptions.take(spec);
        PoolPlacement place = PoolPlacement.takeShared(spec, options.visibleName());
        spec.requireAllTaken();
        return make(new HandedPort(options, AfXdpPort.open(options, place)), counters);
    }

    private static AfXdpDevice make(HandedPort handed, CounterFile counters) {
        AfXdpPort port = handed.port();
        try {
            return new AfXdpDevice(handed.options(), port, counters);
        } catch (Throwable t) {
            port.close();
            throw t;
        }
    }

    /**
     * Has the times told at which frames were sent, for as long as the device lives.
     *
     * @return false when that was not asked for with {@code timestamps=yes}, or cannot be had
     */
    public boolean onSent(SentTimes times) {
        boolean told = true;
        for (AfXdpTxQueue queue : txQueues) {
            told &= queue.onSent(times);
        }
        return told;
    }

    /** Whether frames are taken in the driver, before the kernel makes a buffer for them. */
    public boolean isNative() {
        return port.inDriver();
    }

    /** Whether the adapter uses our memory itself. */
    public boolean isZeroCopy() {
        return port.zeroCopy();
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
        for (AfXdpQueue queue : port.queues()) {
            XdpSocket socket = queue.socket();
            if (socket.readStatistics()) {
                ringFull += socket.ringFull();
                dropped += socket.receivedDropped();
                refused += socket.transmitInvalid();
            }
        }
        counters.ringFull.set(ringFull);
        counters.kernelDropped.set(dropped);
        // How long they were the kernel does not say.
        counters.drops.unsent(counters.refused, (int) (refused - counters.refused.value()), 0);
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
        for (AfXdpQueue queue : port.queues()) {
            wake.add(queue.socket().descriptor().number(), PollSet.POLLIN);
        }
        return true;
    }

    @Override
    protected void release() {
        readStatistics();
        link.close();
        for (AfXdpRxQueue queue : rxQueues) {
            queue.releaseParts();
        }
        port.close();
    }
}
