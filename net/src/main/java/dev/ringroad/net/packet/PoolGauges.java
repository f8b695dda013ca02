package dev.ringroad.net.packet;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;

import org.jspecify.annotations.Nullable;

/**
 * A pool's {@link PoolStatistics} as counters, {@code NAME.pool.lent} and so on, for whoever reads
 * the file from outside.
 *
 * <p>Counting costs the pool nothing: somebody calls {@link #publish} from time to time. After the
 * pool's end {@code lent} is what has leaked.
 */
public final class PoolGauges {

    private static final long KIB = 1024;

    private final PacketPool pool;
    private final Counter lent;
    private final Counter peakLent;
    private final Counter exhausted;
    private final @Nullable Counter acquired;
    private final @Nullable Counter refills;
    private final @Nullable Counter flushes;

    /**
     * Registers the counters.
     *
     * @param name what they begin with, such as the device's
     */
    public PoolGauges(PacketPool pool, String name, CounterFile counters) {
        this.pool = pool;
        String begin = name + ".pool.";
        counters.counter(begin + "packets", "packets that the pool has in all").set(pool.packets());
        counters.counter(begin + "page-kib", "KiB of each memory page that the pool was given")
                .set(pool.region().pageSize().bytes() / KIB);
        lent = counters.counter(begin + "lent", "packets in use; those that leaked, at the end");
        peakLent = counters.counter(begin + "peak-lent", "the most packets in use at once");
        exhausted = counters.counter(begin + "exhausted", "times that a packet was not there");
        boolean shared = pool.isShared();
        acquired = shared ? counters.counter(begin + "acquired", "packets lent from caches") : null;
        refills =
                shared
                        ? counters.counter(begin + "cache-refills", "times a cache was empty")
                        : null;
        flushes =
                shared ? counters.counter(begin + "cache-flushes", "times a cache was full") : null;
        publish();
    }

    /** Shows the present state. One thread at a time. */
    public void publish() {
        if (acquired == null || refills == null || flushes == null) {
            // The usual pool, whose device is serviced a thousand times a second: no object is
            // made.
            lent.set(pool.packets() - pool.available());
            peakLent.set(pool.peakLent());
            exhausted.set(pool.exhaustedCount());
        } else {
            PoolStatistics now = pool.statistics();
            lent.set(now.lent());
            peakLent.set(now.peakLent());
            exhausted.set(now.exhausted());
            acquired.set(now.acquired());
            refills.set(now.cacheRefills());
            flushes.set(now.cacheFlushes());
        }
    }
}
