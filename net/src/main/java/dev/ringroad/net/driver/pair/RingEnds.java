package dev.ringroad.net.driver.pair;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DecoratedDevice;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.PoolPlacement;
import dev.ringroad.net.device.SpecException;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Pairs by name: {@code ring:NAME} opened twice in one process gives the two ends of one cable.
 *
 * <p>The first end counts for both, so its counters must outlive the second end too. As with every
 * {@link PairDevice}, what either pool misses is told when the second end is closed, whichever that
 * is; the complaint names the pool, and so the end, that the packet is of.
 */
public final class RingEnds {

    private static final int PACKETS = 2048;
    private static final int BUFFER_BYTES = 2176;
    private static final int MTU = 1500;

    /** Second ends that nobody has asked for yet, by the name of their ring. */
    private static final Map<String, End> WAITING = new HashMap<>();

    private RingEnds() {}

    /**
     * Opens the first end of a ring, or the second.
     *
     * @param spec {@code ring:NAME} with the options of {@link PoolPlacement}, which count for both
     *     ends and are the first one's to say; the second may repeat them
     * @param counters where drops are counted
     * @throws SpecException when there are other options, or the second end wants other ones
     * @throws IOException when the kernel gives no memory or descriptors
     */
    public static NetDevice open(DeviceSpec spec, CounterFile counters) throws IOException {
        PoolPlacement place = PoolPlacement.takeShared(spec, null);
        spec.requireAllTaken();
        String ring = spec.address();
        synchronized (WAITING) {
            End second = WAITING.get(ring);
            if (second != null) {
                place.requireSameAs(second.place, "ring:" + ring);
                WAITING.remove(ring);
                return second;
            }
            String name = "ring:" + ring;
            PairDevice.Ends ends =
                    PairDevice.create(
                            name + ".0",
                            name + ".1",
                            PACKETS,
                            BUFFER_BYTES,
                            MTU,
                            place.placement(),
                            counters);
            End waiting = new End(ring, place, ends.b());
            WAITING.put(ring, waiting);
            return new End(ring, place, ends.a(), waiting);
        }
    }

    /** An end that, when it is the first, takes a second that nobody has asked for with it. */
    private static final class End extends DecoratedDevice {
        private final String ring;
        private final PoolPlacement place;
        private final NetDevice other;

        /** The second end. */
        End(String ring, PoolPlacement place, NetDevice device) {
            this(ring, place, device, device);
        }

        End(String ring, PoolPlacement place, NetDevice device, NetDevice other) {
            super(device);
            this.ring = ring;
            this.place = place;
            this.other = other;
        }

        @Override
        public void close() {
            super.close();
            synchronized (WAITING) {
                if (WAITING.get(ring) != other) {
                    return;
                }
                WAITING.remove(ring);
            }
            other.close();
        }
    }
}
