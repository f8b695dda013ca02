package dev.ringroad.net.device.counter;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DecoratedDevice;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

/**
 * Counts packets and bytes in both directions, as {@code DEVICE.receive.packets} and so on. Frames
 * that the device takes and drops do not count as transmitted.
 */
public final class CountingDevice extends DecoratedDevice {

    private final CountingRxQueue[] rxQueues;
    private final CountingTxQueue[] txQueues;
    private long unsentPackets;
    private long unsentBytes;

    /** Decorates a device, and registers the counters. */
    public CountingDevice(NetDevice inner, CounterFile counters) {
        super(inner);
        String name = inner.name();
        Tally received = new Tally(counters, name + ".receive", "received");
        Tally transmitted = new Tally(counters, name + ".transmit", "transmitted");
        rxQueues = new CountingRxQueue[inner.queuePairs()];
        txQueues = new CountingTxQueue[inner.queuePairs()];
        for (int i = 0; i < rxQueues.length; i++) {
            rxQueues[i] = new CountingRxQueue(inner.rxQueue(i), received);
            txQueues[i] = new CountingTxQueue(inner.txQueue(i), transmitted);
        }
    }

    @Override
    public RxQueue rxQueue(int i) {
        return rxQueues[i];
    }

    @Override
    public TxQueue txQueue(int i) {
        return txQueues[i];
    }

    private static final class Tally {

        private final Counter packets;
        private final Counter bytes;

        Tally(CounterFile counters, String name, String what) {
            packets = counters.counter(name + ".packets", "frames " + what);
            bytes = counters.counter(name + ".bytes", "bytes of the frames " + what);
        }

        void add(long packetCount, long byteCount) {
            packets.add(packetCount);
            bytes.add(byteCount);
        }
    }

    private static final class CountingRxQueue implements RxQueue {

        private final RxQueue inner;
        private final Tally tally;

        CountingRxQueue(RxQueue inner, Tally tally) {
            this.inner = inner;
            this.tally = tally;
        }

        @Override
        public int receive(Burst into) {
            int before = into.size();
            int n = inner.receive(into);
            if (n > 0) {
                long bytes = 0;
                Packet[] packets = into.array();
                for (int i = before; i < before + n; i++) {
                    bytes += packets[i].totalLength();
                }
                tally.add(n, bytes);
            }
            return n;
        }
    }

    private final class CountingTxQueue implements TxQueue {

        private final TxQueue inner;
        private final Tally tally;
        private int[] lengths = new int[64];

        CountingTxQueue(TxQueue inner, Tally tally) {
            this.inner = inner;
            this.tally = tally;
        }

        @Override
        public int transmit(Burst from) {
            // Lengths are noted before: what is taken may be somebody else's packet afterwards.
            int count = from.size();
            int[] noted = lengths;
            if (noted.length < count) {
                noted = new int[from.capacity()];
                lengths = noted;
            }
            Packet[] packets = from.array();
            for (int i = 0; i < count; i++) {
                noted[i] = packets[i].totalLength();
            }
            int n = inner.transmit(from);
            if (n > 0) {
                long bytes = 0;
                for (int i = 0; i < n; i++) {
                    bytes += noted[i];
                }
                tally.add(n - newlyUnsentPackets(), bytes - newlyUnsentBytes());
            }
            return n;
        }
    }

    /** What was dropped of what has been counted, or is just going to be. */
    private long newlyUnsentPackets() {
        long before = unsentPackets;
        unsentPackets = inner().unsentPackets();
        return unsentPackets - before;
    }

    private long newlyUnsentBytes() {
        long before = unsentBytes;
        unsentBytes = inner().unsentBytes();
        return unsentBytes - before;
    }
}
