package dev.ringroad.net.device.counter;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DecoratedDevice;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.packet.PoolGauges;

/** Shows how a device's pool is used, as {@code DEVICE.pool.lent} and so on. */
public final class PoolCountingDevice extends DecoratedDevice {

    private final PoolGauges gauges;
    private boolean closed;

    /** Decorates a device, and registers the counters. */
    public PoolCountingDevice(NetDevice inner, CounterFile counters) {
        super(inner);
        gauges = new PoolGauges(inner.pool(), inner.name(), counters);
    }

    @Override
    public void service(long nowNanos) {
        super.service(nowNanos);
        gauges.publish();
    }

    /** Shows at last what never came back; once, as the counters may be gone afterwards. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            super.close();
        } finally {
            gauges.publish();
        }
    }
}
