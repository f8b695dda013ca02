package dev.ringroad.net.driver.nil;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.UdpFrame;

import java.util.Objects;

/**
 * Costs nothing itself, so that what is measured between two of them is everything else: DPDK's
 * net_null.
 *
 * <p>As there, no byte is written on the way: a received frame has what its buffer held last, which
 * at first is a UDP packet to the discard port.
 */
public final class NilDevice implements NetDevice {

    private static final int PACKETS = 2048;
    private static final int BUFFER_BYTES = PacketPool.DEFAULT_HEADROOM + 2048;
    private static final int MTU = 1500;
    private static final int SIZE_DEFAULT = 64;
    private static final int SOURCE_ADDRESS = 198 << 24 | 18 << 16 | 1; // RFC 2544: benchmarks
    private static final int DISCARD_PORT = 9;

    private final String name;
    private final MacAddress macAddress;
    private final PacketPool pool;
    private final DropCounters drops;
    private final boolean receives;
    private final NilRxQueue rxQueue;
    private final NilTxQueue txQueue;
    private boolean closed;

    private NilDevice(
            String name, boolean receives, int frameBytes, PacketPool pool, CounterFile counters) {
        this.name = name;
        this.macAddress = MacAddress.locallyAdministered(name.hashCode());
        this.pool = pool;
        this.receives = receives;
        drops = new DropCounters(counters, name);
        rxQueue = new NilRxQueue(pool, drops, receives ? frameBytes : 0);
        txQueue = new NilTxQueue(drops);
    }

    /**
     * Makes one.
     *
     * @param spec {@code nil:NAME} with the options {@code rx=yes|no}, whether there is always
     *     something to receive, and {@code size}, the bytes of each received frame
     * @param counters where drops are counted; outlives the device
     */
    public static NilDevice open(DeviceSpec spec, CounterFile counters) {
        boolean receives = spec.takeYesNo("rx", true);
        int frameBytesMax = BUFFER_BYTES - PacketPool.DEFAULT_HEADROOM;
        int frameBytes = spec.takeInt("size", SIZE_DEFAULT, EthernetHeader.BYTES, frameBytesMax);
        spec.requireAllTaken();
        String name = "nil:" + spec.address();
        PacketPool pool = PacketPool.create(name, PACKETS, BUFFER_BYTES, Placement.preferHuge());
        NilDevice device = new NilDevice(name, receives, frameBytes, pool, counters);
        device.writeFrames(frameBytes);
        return device;
    }

    private void writeFrames(int frameBytes) {
        if (frameBytes < UdpFrame.HEADER_BYTES) {
            return;
        }
        byte[] frame = new byte[frameBytes];
        long address = macAddress.bits();
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
    public String name() {
        return name;
    }

    @Override
    public MacAddress macAddress() {
        return macAddress;
    }

    @Override
    public int mtu() {
        return MTU;
    }

    @Override
    public boolean linkUp() {
        return !closed;
    }

    @Override
    public Capabilities capabilities() {
        return Capabilities.none(pool.dataBytesMax());
    }

    @Override
    public PacketPool pool() {
        return pool;
    }

    @Override
    public int queuePairs() {
        return 1;
    }

    @Override
    public RxQueue rxQueue(int i) {
        Objects.checkIndex(i, 1);
        return rxQueue;
    }

    @Override
    public TxQueue txQueue(int i) {
        Objects.checkIndex(i, 1);
        return txQueue;
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
        return !receives && !closed;
    }

    @Override
    public void wakeUp() {
        // Nothing was armed.
    }

    @Override
    public long dropped(DeviceDrop reason) {
        return drops.value(reason);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        rxQueue.close();
        txQueue.close();
        pool.close();
    }
}
