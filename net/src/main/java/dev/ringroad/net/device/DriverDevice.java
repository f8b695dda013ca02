package dev.ringroad.net.device;

import dev.ringroad.net.packet.PacketPool;

import java.util.Map;

/**
 * A device with queues of its own, as drivers make them; what it says about itself and how it
 * closes is the same for all of them. A subclass has the link, the service and the sleep.
 *
 * <p>The hot path goes through the queues, never through this.
 */
public abstract class DriverDevice implements NetDevice {

    private final Traits traits;
    private final PacketPool pool;
    private final DropCounters drops;
    private final RxQueue[] rxQueues;
    private final TxQueue[] txQueues;
    private boolean closed;

    /** What a device says about itself, see {@link NetDevice}. */
    public record Traits(String name, MacAddress macAddress, int mtu, Capabilities capabilities) {}

    /**
     * Puts a device together.
     *
     * @param pool where received packets come from; {@link #release} closes it
     * @param rxQueues of each queue pair
     * @param txQueues as many
     */
    protected DriverDevice(
            Traits traits,
            PacketPool pool,
            DropCounters drops,
            RxQueue[] rxQueues,
            TxQueue[] txQueues) {
        this.traits = traits;
        this.pool = pool;
        this.drops = drops;
        this.rxQueues = rxQueues;
        this.txQueues = txQueues;
    }

    @Override
    public final String name() {
        return traits.name();
    }

    @Override
    public final MacAddress macAddress() {
        return traits.macAddress();
    }

    @Override
    public final int mtu() {
        return traits.mtu();
    }

    /** Those that it was made with; a driver that comes to terms with each peer says others. */
    @Override
    public Capabilities capabilities() {
        return traits.capabilities();
    }

    @Override
    public final PacketPool pool() {
        return pool;
    }

    @Override
    public final int queuePairs() {
        return rxQueues.length;
    }

    @Override
    public final RxQueue rxQueue(int i) {
        return rxQueues[i];
    }

    @Override
    public final TxQueue txQueue(int i) {
        return txQueues[i];
    }

    /** A descriptor that is readable needs no disarming; a driver with interrupts overrides it. */
    @Override
    public void wakeUp() {
        // Nothing was armed.
    }

    @Override
    public final long dropped(DeviceDrop reason) {
        return drops.value(reason);
    }

    @Override
    public final Map<String, Long> drops() {
        return drops.values();
    }

    @Override
    public final long unsentPackets() {
        return drops.unsentPackets();
    }

    @Override
    public final long unsentBytes() {
        return drops.unsentBytes();
    }

    /** Whether {@link #close} was called. */
    protected final boolean isClosed() {
        return closed;
    }

    @Override
    public final void close() {
        if (!closed) {
            closed = true;
            release();
        }
    }

    /** Takes the link down and frees queues and pool; called once. */
    protected abstract void release();
}
