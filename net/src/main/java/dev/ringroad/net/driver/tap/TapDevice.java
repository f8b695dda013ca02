package dev.ringroad.net.driver.tap;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.Interfaces;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.linux.Tun;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.DriverDevice;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.PoolPlacement;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.driver.tap.TapOptions.Level;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;

import java.io.IOException;
import java.net.InetAddress;

/**
 * An Ethernet cable to the kernel: what is transmitted here comes out of a network interface of the
 * kernel, as if from a wire, and the other way round.
 *
 * <p>It bypasses nothing, for each frame is a system call; it is the way to talk to programs that
 * use the kernel's sockets. Checksums are left to the other end unless {@code offload=no} says
 * otherwise: what goes through memory only is not going to be damaged. With {@code offload=yes} TCP
 * segments of up to 64 KiB go through whole, in both directions. A received frame whose checksum
 * the kernel has left undone counts as verified.
 */
public final class TapDevice extends DriverDevice {

    private static final int PACKETS = 2048;

    /** Large buffers are 32 times as big as ordinary ones; this many still hold a long burst. */
    private static final int PACKETS_JOINED = 512;

    /** Room for tags, so that a full buffer can only be a frame that was cut. */
    private static final int FRAME_OVERHEAD_BYTES =
            EthernetHeader.BYTES + 2 * EthernetHeader.TAG_BYTES + 1;

    private static final int IP_BYTES_MAX = 0xFFFF;

    private final Tun tun;
    private final TapLink link;

    private TapDevice(
            Tun tun, TapOptions options, int mtu, Level level, PacketPool pool, CounterFile file) {
        String name = tun.name();
        boolean checksum = level != Level.NONE;
        boolean joined = level == Level.SEGMENTATION;
        int frameBytesMax = mtu + EthernetHeader.BYTES + EthernetHeader.TAG_BYTES;
        Capabilities capabilities =
                new Capabilities(checksum, checksum, joined, joined, false, frameBytesMax);
        DropCounters drops = new DropCounters(file, name);
        Counter refused = drops.named("refused", "frames to transmit that the kernel did not take");
        TapLink link = new TapLink(tun.descriptor());
        RxQueue received = new TapRxQueue(tun.descriptor(), pool, drops, link);
        TxQueue sent = new TapTxQueue(tun.descriptor(), capabilities, drops, refused, link);
        Traits traits = new Traits(name, options.macAddress(), mtu, capabilities);
        super(traits, pool, drops, new RxQueue[] {received}, new TxQueue[] {sent});
        this.tun = tun;
        this.link = link;
    }

    /**
     * Takes a TAP's options from a spec and opens nothing.
     *
     * @throws dev.ringroad.net.device.SpecException when a value is not allowed
     */
    public static void takeOptions(DeviceSpec spec) {
        TapOptions.take(spec);
        PoolPlacement.take(spec, null);
    }

    /**
     * Makes a TAP, or takes up a persistent one, and configures the kernel's end when the spec has
     * {@code host=}.
     *
     * @param spec {@code tap:NAME} with the options {@code host}, {@code mtu}, {@code mac} and
     *     {@code offload}; others must have been taken before
     * @param counters where drops are counted; outlives the device
     * @throws IOException when the kernel refuses; the message says what and how to mend it
     */
    public static TapDevice open(DeviceSpec spec, CounterFile counters) throws IOException {
        TapOptions options = TapOptions.take(spec);
        Placement placement = PoolPlacement.take(spec, null);
        spec.requireAllTaken();
        Tun tun = Tun.open(options.name());
        try {
            int mtu = configureKernelEnd(tun.name(), options);
            Level level = agreeOnOffload(tun, options.offload());
            PacketPool pool = pool(tun.name(), mtu, level == Level.SEGMENTATION, placement);
            return new TapDevice(tun, options, mtu, level, pool, counters);
        } catch (Throwable t) {
            tun.close();
            throw t;
        }
    }

    /** The MTU that both ends then have. */
    private static int configureKernelEnd(String name, TapOptions options)
            throws SystemCallException {
        if (options.mtu() != 0) {
            Interfaces.setMtu(name, options.mtu());
        }
        InetAddress host = options.host();
        if (host != null) {
            Interfaces.setAddress(name, host, options.hostPrefixBits());
            Interfaces.setUp(name, true);
        }
        return Interfaces.mtu(name);
    }

    /** Asks for what is wanted, and takes less when the kernel cannot do it. */
    private static Level agreeOnOffload(Tun tun, Level wanted) {
        int joined = Tun.OFFLOAD_CHECKSUM | Tun.OFFLOAD_TCP4 | Tun.OFFLOAD_TCP6;
        if (wanted == Level.SEGMENTATION && tun.offload(joined)) {
            return Level.SEGMENTATION;
        }
        if (wanted != Level.NONE && tun.offload(Tun.OFFLOAD_CHECKSUM)) {
            return Level.CHECKSUM;
        }
        tun.offload(0);
        return Level.NONE;
    }

    private static PacketPool pool(String name, int mtu, boolean joined, Placement placement) {
        int frameBytes = (joined ? IP_BYTES_MAX : mtu) + FRAME_OVERHEAD_BYTES;
        int bytes = PacketPool.DEFAULT_HEADROOM + frameBytes;
        int alignment = PacketPool.BUFFER_ALIGNMENT_BYTES;
        int bufferBytes = (bytes + alignment - 1) / alignment * alignment;
        int packets = joined ? PACKETS_JOINED : PACKETS;
        return PacketPool.create("tap-" + name, packets, bufferBytes, placement);
    }

    @Override
    public boolean linkUp() {
        return link.isUp();
    }

    @Override
    public String linkTrouble() {
        if (link.isUp()) {
            return "";
        }
        return link.isGone() ? "the interface is gone" : "the interface is switched off";
    }

    @Override
    public void service(long nowNanos) {
        link.check(nowNanos);
    }

    @Override
    public long nextDeadlineNanos() {
        return link.nextCheckNanos();
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        if (link.isGone()) {
            // Its descriptor is in error for ever and would end every sleep at once.
            return !isClosed();
        }
        if (link.isReadable()) {
            return false;
        }
        if (!link.isGone()) {
            wake.add(tun.descriptor().number(), PollSet.POLLIN);
        }
        return true;
    }

    @Override
    protected void release() {
        link.close();
        try (PacketPool _ = pool()) {
            tun.close();
        }
    }
}
