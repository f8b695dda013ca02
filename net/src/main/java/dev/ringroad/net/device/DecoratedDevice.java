package dev.ringroad.net.device;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.packet.PacketPool;

import java.util.Map;

/**
 * A device that is another one, except for what a subclass does differently. Closing it closes the
 * other.
 */
public abstract class DecoratedDevice implements NetDevice {

    private final NetDevice inner;

    /** Decorates a device, which is this one's from now on. */
    protected DecoratedDevice(NetDevice inner) {
        this.inner = inner;
    }

    /** The device that is decorated. */
    protected final NetDevice inner() {
        return inner;
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public MacAddress macAddress() {
        return inner.macAddress();
    }

    @Override
    public int mtu() {
        return inner.mtu();
    }

    @Override
    public boolean linkUp() {
        return inner.linkUp();
    }

    @Override
    public String linkTrouble() {
        return inner.linkTrouble();
    }

    @Override
    public Capabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public PacketPool pool() {
        return inner.pool();
    }

    @Override
    public int queuePairs() {
        return inner.queuePairs();
    }

    @Override
    public RxQueue rxQueue(int i) {
        return inner.rxQueue(i);
    }

    @Override
    public TxQueue txQueue(int i) {
        return inner.txQueue(i);
    }

    @Override
    public void service(long nowNanos) {
        inner.service(nowNanos);
    }

    @Override
    public long nextDeadlineNanos() {
        return inner.nextDeadlineNanos();
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        return inner.prepareSleep(wake);
    }

    @Override
    public void wakeUp() {
        inner.wakeUp();
    }

    @Override
    public boolean exhausted() {
        return inner.exhausted();
    }

    @Override
    public long dropped(DeviceDrop reason) {
        return inner.dropped(reason);
    }

    @Override
    public Map<String, Long> drops() {
        return inner.drops();
    }

    @Override
    public long unsentPackets() {
        return inner.unsentPackets();
    }

    @Override
    public long unsentBytes() {
        return inner.unsentBytes();
    }

    @Override
    public void close() {
        inner.close();
    }
}
