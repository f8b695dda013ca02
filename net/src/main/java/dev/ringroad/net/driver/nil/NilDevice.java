package dev.ringroad.net.driver.nil;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.DriverDevice;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.device.PoolPlacement;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.UdpFrame;

/**
 * Costs nothing itself, so that what is measured between two of them is everything else: DPDK's
 * net_null.
 *
 * <p>As there, no byte is written on the way: a received frame has what its buffer held last, which
 * at first is a UDP packet to the discard port.
 */
public final class NilDevice extends DriverDevice {

    private static final int PACKETS = 2048;
    private static final int BUFFER_BYTES = PacketPool.DEFAULT_HEADROOM + 2048;
    private static final int MTU = 1500;
    private static final int SIZE_DEFAULT = 64;
    private static final int SOURCE_ADDRESS = 198 << 24 | 18 << 16 | 1; // RFC 2544: benchmarks
    private static final int DISCARD_PORT = 9;

    private final boolean receives;
    private final NilRxQueue rxQueue;
    private final NilTxQueue txQueue;

    private NilDevice(Traits traits, PacketPool pool, DropCounters drops, int frameBytes) {
        NilRxQueue received = new NilRxQueue(pool, drops, frameBytes);
        NilTxQueue sent = new NilTxQueue(drops);
        super(traits, pool, drops, new RxQueue[] {received}, new TxQueue[] {sent});
        receives = frameBytes > 0;
        rxQueue = received;
        txQueue = sent;
    }

    /**
     * Makes one.
     *
     * @param spec {@code nil:NAME} with the options {@code rx=yes|no}, whether there is always
     *     something to receive, {@code size}, the bytes of each received frame, and those of {@link
     *     PoolPlacement}
     * @param counters where drops are counted; outlives the device
     */
    public static NilDevice open(DeviceSpec spec, CounterFile counters) {
        boolean receives = spec.takeYesNo("rx", true);
        int frameBytesMax = BUFFER_BYTES - PacketPool.DEFAULT_HEADROOM;
        int frameBytes = spec.takeInt("size", SIZE_DEFAULT, EthernetHeader.BYTES, frameBytesMax);
        Placement placement = PoolPlacement.take(spec, null);
        spec.requireAllTaken();
        String name = "nil:" + spec.address();
        PacketPool pool = PacketPool.create(name, PACKETS, BUFFER_BYTES, placement);
        MacAddress mac = MacAddress.locallyAdministered(name.hashCode());
        Traits traits = new Traits(name, mac, MTU, Capabilities.none(pool.dataBytesMax()));
        writeFrames(pool, mac.bits(), frameBytes);
        DropCounters drops = new DropCounters(counters, name);
        return new NilDevice(traits, pool, drops, receives ? frameBytes : 0);
    }

    private static void writeFrames(PacketPool pool, long address, int frameBytes) {
        if (frameBytes < UdpFrame.HEADER_BYTES) {
            return;
        }
        byte[] frame = new byte[frameBytes];
        UdpFrame.write(frame, address, address, SOURCE_ADDRESS, SOURCE_ADDRESS + 1, DISCARD_PORT);
        Burst all = new Burst(pool.packets());
        pool.acquireBulk(all, pool.packets());
        for (int i = 0; i < all.size(); i++) {
            Packet packet = all.get(i);
            packet.append(frameBytes);
            packet.copyIn(0, frame, 0, frameBytes);
        }
        all.releaseAll();
    }

    @Override
    public boolean linkUp() {
        return !isClosed();
    }

    @Override
    public boolean exhausted() {
        return !receives;
    }

    @Override
    public void service(long nowNanos) {
        // Nothing ever changes.
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        return !receives && !isClosed();
    }

    @Override
    protected void release() {
        rxQueue.close();
        txQueue.close();
        pool().close();
    }
}
