package dev.ringroad.net.device;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.packet.Burst;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one device dropped: a counter for each {@link DeviceDrop} and for each reason of the
 * driver's own, called {@code DEVICE.drop.REASON}.
 *
 * <p>A queue takes frames that it cannot send, too. Those are counted as unsent beside their
 * reason, so that taken minus unsent is what went out. The device's owner counts; any thread may
 * read.
 */
public final class DropCounters {

    private final CounterFile file;
    private final String device;
    private final Counter[] counters;
    private final Map<String, Counter> byReason = new LinkedHashMap<>();
    private final AtomicLong unsentPackets = new AtomicLong();
    private final AtomicLong unsentBytes = new AtomicLong();

    /** Registers the counters of a device. */
    public DropCounters(CounterFile file, String device) {
        this.file = file;
        this.device = device;
        DeviceDrop[] reasons = DeviceDrop.values();
        counters = new Counter[reasons.length];
        for (DeviceDrop reason : reasons) {
            counters[reason.ordinal()] = named(reason);
        }
    }

    /** Registers a reason of the driver's own; at set-up. */
    public Counter named(NamedDrop reason) {
        return named(reason.counterName(), reason.sentence());
    }

    /** Registers a reason of the driver's own; at set-up. */
    public Counter named(String reason, String sentence) {
        Counter counter = file.counter(device + ".drop." + reason, sentence);
        byReason.put(reason, counter);
        return counter;
    }

    /** Counts one. */
    public void count(DeviceDrop reason) {
        counters[reason.ordinal()].increment();
    }

    /** Counts several. */
    public void count(DeviceDrop reason, int n) {
        counters[reason.ordinal()].add(n);
    }

    /** Counts a frame that was taken to transmit, and is not sent. */
    public void unsent(DeviceDrop reason, int bytes) {
        unsent(counters[reason.ordinal()], 1, bytes);
    }

    /** Counts frames that were taken to transmit, and are not sent. */
    public void unsent(Counter reason, int frames, long bytes) {
        reason.add(frames);
        unsentPackets.lazySet(unsentPackets.getPlain() + frames);
        unsentBytes.lazySet(unsentBytes.getPlain() + bytes);
    }

    /** Takes a whole burst and sends nothing of it; the answer is how many frames it had. */
    public int refuseAll(DeviceDrop reason, Burst burst) {
        int count = burst.size();
        if (count > 0) {
            unsent(counters[reason.ordinal()], count, burst.totalBytes());
            burst.releaseAll();
        }
        return count;
    }

    /** How many have been counted. */
    public long value(DeviceDrop reason) {
        return counters[reason.ordinal()].value();
    }

    /** How many have been counted for each reason, the driver's own last. */
    public Map<String, Long> values() {
        Map<String, Long> values = new LinkedHashMap<>();
        byReason.forEach((reason, counter) -> values.put(reason, counter.value()));
        return values;
    }

    /** Frames that were taken to transmit, and were not sent. */
    public long unsentPackets() {
        return unsentPackets.get();
    }

    /** Bytes of these frames. */
    public long unsentBytes() {
        return unsentBytes.get();
    }
}
