package dev.ringroad.net.driver.pair;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DriverDevice;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One end of a cable within a process: what is transmitted here is received at the other end.
 *
 * <p>Each end has a pool of its own and may be owned by another thread. The memory of both is freed
 * when the second end is closed, so that neither reads what the other has taken away; in checked
 * mode the second close is therefore the one that complains about leaks.
 */
public final class PairDevice extends DriverDevice {

    private static final int SLOTS_MAX = 1024;

    private final PairLane incoming;
    private final PairTxQueue txQueue;
    private final PairRxQueue rxQueue;
    private final Shared shared;

    private PairDevice(
            String name, int mtu, PacketPool pool, PairLane out, PairLane in, Shared shared) {
        DropCounters drops = new DropCounters(shared.counters, name);
        PairRxQueue received = new PairRxQueue(in, drops, pool);
        PairTxQueue sent = new PairTxQueue(out, drops, frameBytes(mtu));
        MacAddress mac = MacAddress.locallyAdministered(name.hashCode());
        Traits traits = new Traits(name, mac, mtu, Capabilities.none(frameBytes(mtu)));
        super(traits, pool, drops, new RxQueue[] {received}, new TxQueue[] {sent});
        incoming = in;
        this.shared = shared;
        rxQueue = received;
        txQueue = sent;
    }

    /** The two ends of one cable. */
    public record Ends(PairDevice a, PairDevice b) {}

    /** What both ends have in common, freed by the one who leaves last. */
    private record Shared(
            CounterFile counters,
            boolean countersOwned,
            PacketPool poolA,
            PacketPool poolB,
            PairLane laneAb,
            PairLane laneBa,
            AtomicInteger open) {

        void leave() {
            if (open.decrementAndGet() > 0) {
                return;
            }
            for (PairLane lane : new PairLane[] {laneAb, laneBa}) {
                PairLane.releaseAll(lane.sent);
                PairLane.releaseAll(lane.spent);
                lane.doorbell.close();
            }
            if (countersOwned) {
                counters.close();
            }
            try (poolB) {
                poolA.close();
            }
        }
    }

    /** Makes a pair whose drops are counted, but shown to nobody. */
    public static Ends create(String nameA, String nameB, int packets, int bufferBytes, int mtu)
            throws IOException {
        CounterFile counters = CounterFile.inMemory(2 * DeviceDrop.values().length);
        Placement placement = Placement.ordinary();
        return create(nameA, nameB, packets, bufferBytes, mtu, placement, counters, true);
    }

    /**
     * Makes a pair.
     *
     * @param packets of each end's pool; the rings have half as many slots, at most 1024
     * @param bufferBytes of each packet, the headroom included
     * @param mtu in bytes, the same for both ends
     * @param counters where drops are counted; stays the caller's and outlives the pair
     * @throws IOException when the kernel gives no memory or descriptors
     */
    public static Ends create(
            String nameA, String nameB, int packets, int bufferBytes, int mtu, CounterFile counters)
            throws IOException {
        return create(nameA, nameB, packets, bufferBytes, mtu, Placement.ordinary(), counters);
    }

    /** As the other, with the packets of both ends from a place of choice. */
    public static Ends create(
            String nameA,
            String nameB,
            int packets,
            int bufferBytes,
            int mtu,
            Placement placement,
            CounterFile counters)
            throws IOException {
        return create(nameA, nameB, packets, bufferBytes, mtu, placement, counters, false);
    }

    private static Ends create(
            String nameA,
            String nameB,
            int packets,
            int bufferBytes,
            int mtu,
            Placement placement,
            CounterFile counters,
            boolean countersOwned)
            throws IOException {
        if (frameBytes(mtu) > bufferBytes - PacketPool.DEFAULT_HEADROOM) {
            throw new IllegalArgumentException(
                    "frames of MTU "
                            + mtu
                            + " do not fit into buffers of "
                            + bufferBytes
                            + " bytes, of which "
                            + PacketPool.DEFAULT_HEADROOM
                            + " are headroom");
        }
        int slots = Math.min(SLOTS_MAX, Integer.highestOneBit(Math.max(1, packets / 2)));
        PacketPool poolA = PacketPool.create(nameA, packets, bufferBytes, placement);
        PacketPool poolB = PacketPool.create(nameB, packets, bufferBytes, placement);
        PairLane ab = new PairLane(slots, EventFd.create());
        PairLane ba = new PairLane(slots, EventFd.create());
        AtomicInteger open = new AtomicInteger(2);
        Shared shared = new Shared(counters, countersOwned, poolA, poolB, ab, ba, open);
        return new Ends(
                new PairDevice(nameA, mtu, poolA, ab, ba, shared),
                new PairDevice(nameB, mtu, poolB, ba, ab, shared));
    }

    private static int frameBytes(int mtu) {
        return mtu + EthernetHeader.BYTES + EthernetHeader.TAG_BYTES;
    }

    @Override
    public boolean linkUp() {
        return txQueue.isOpen();
    }

    @Override
    public void service(long nowNanos) {
        if (!isClosed()) {
            txQueue.reclaim();
        }
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        if (isClosed() || !incoming.fallAsleep()) {
            return false;
        }
        wake.add(incoming.doorbell.descriptor().number(), PollSet.POLLIN);
        return true;
    }

    @Override
    public void wakeUp() {
        if (!isClosed()) {
            incoming.awake();
        }
    }

    @Override
    protected void release() {
        rxQueue.close();
        txQueue.close();
        shared.leave();
    }
}
