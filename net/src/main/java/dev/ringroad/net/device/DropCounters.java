package dev.ringroad.net.device;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;

/** A counter for each {@link DeviceDrop} of one device, called {@code DEVICE.drop.REASON}. */
public final class DropCounters {

    private final Counter[] counters;

    /** Registers the counters of a device. */
    public DropCounters(CounterFile file, String device) {
        DeviceDrop[] reasons = DeviceDrop.values();
        counters = new Counter[reasons.length];
        for (DeviceDrop reason : reasons) {
            counters[reason.ordinal()] =
                    file.counter(device + ".drop." + reason.counterName(), reason.sentence());
        }
    }

    /** Counts one. */
    public void count(DeviceDrop reason) {
        counters[reason.ordinal()].increment();
    }

    /** Counts several. */
    public void count(DeviceDrop reason, int n) {
        counters[reason.ordinal()].add(n);
    }

    /** How many have been counted. */
    public long value(DeviceDrop reason) {
        return counters[reason.ordinal()].value();
    }
}
