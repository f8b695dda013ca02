package dev.ringroad.net.device.fault;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.device.DecoratedDevice;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/**
 * A device whose wire is bad on purpose: frames vanish, come twice, late, in another order or with
 * a flipped bit, the same way each time for the same seed.
 *
 * <p>It knows the time from {@link #service} alone. What is held back leaves at the first call of a
 * queue after its time; {@link #nextDeadlineNanos} says when that is. Frames under way take packets
 * of the pool.
 */
public final class FaultDevice extends DecoratedDevice {

    private static final int LINE_CAPACITY = 1024;
    private static final int BURST_CAPACITY = 64;

    private final FaultyRxQueue[] rxQueues;
    private final FaultyTxQueue[] txQueues;
    private long nowNanos;

    /** Impairs both directions by one plan, with seeds of their own that follow from its seed. */
    public FaultDevice(NetDevice inner, FaultPlan plan) {
        this(inner, plan, plan.withSeed(plan.seed() ^ 0x5DEE_CE66DL));
    }

    /** Impairs each direction by a plan of its own. */
    public FaultDevice(NetDevice inner, FaultPlan transmitPlan, FaultPlan receivePlan) {
        super(inner);
        int pairs = inner.queuePairs();
        rxQueues = new FaultyRxQueue[pairs];
        txQueues = new FaultyTxQueue[pairs];
        for (int i = 0; i < pairs; i++) {
            rxQueues[i] = new FaultyRxQueue(inner.rxQueue(i), line(receivePlan, i));
            txQueues[i] = new FaultyTxQueue(inner.txQueue(i), line(transmitPlan, i));
        }
    }

    private FaultLine line(FaultPlan plan, int queue) {
        return new FaultLine(plan.withSeed(plan.seed() + queue), inner().pool(), LINE_CAPACITY);
    }

    /** How often a fault happened to received frames. */
    public long receiveCount(Fault fault) {
        long sum = 0;
        for (FaultyRxQueue queue : rxQueues) {
            sum += queue.line.count(fault);
        }
        return sum;
    }

    /** How often a fault happened to transmitted frames. */
    public long transmitCount(Fault fault) {
        long sum = 0;
        for (FaultyTxQueue queue : txQueues) {
            sum += queue.line.count(fault);
        }
        return sum;
    }

    @Override
    public Map<String, Long> drops() {
        Map<String, Long> drops = super.drops();
        drops.put("fault-lost", receiveCount(Fault.LOST) + transmitCount(Fault.LOST));
        return drops;
    }

    /** What the bad wire lost did not get to the other side either. */
    @Override
    public long unsentPackets() {
        return super.unsentPackets() + transmitCount(Fault.LOST);
    }

    @Override
    public long unsentBytes() {
        long sum = super.unsentBytes();
        for (FaultyTxQueue queue : txQueues) {
            sum += queue.line.lostBytes();
        }
        return sum;
    }

    @Override
    public RxQueue rxQueue(int i) {
        return rxQueues[i];
    }

    @Override
    public TxQueue txQueue(int i) {
        return txQueues[i];
    }

    @Override
    public void service(long now) {
        nowNanos = now;
        super.service(now);
        for (FaultyTxQueue queue : txQueues) {
            queue.flush();
        }
    }

    @Override
    public long nextDeadlineNanos() {
        long next = super.nextDeadlineNanos();
        for (int i = 0; i < rxQueues.length; i++) {
            next = Math.min(next, rxQueues[i].line.nextDueNanos());
            next = Math.min(next, txQueues[i].nextDueNanos());
        }
        return next;
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        boolean maySleep = super.prepareSleep(wake);
        return maySleep && nextDeadlineNanos() > nowNanos;
    }

    @Override
    public void close() {
        for (int i = 0; i < rxQueues.length; i++) {
            rxQueues[i].line.releaseAll();
            txQueues[i].releaseAll();
        }
        super.close();
    }

    private final class FaultyRxQueue implements RxQueue {

        private final RxQueue inner;
        private final FaultLine line;
        private final Burst fresh = new Burst(BURST_CAPACITY);

        FaultyRxQueue(RxQueue inner, FaultLine line) {
            this.inner = inner;
            this.line = line;
        }

        @Override
        public int receive(Burst into) {
            long now = nowNanos;
            if (line.room() >= fresh.capacity() && into.room() > 0) {
                inner.receive(fresh);
                for (int i = 0; i < fresh.size(); i++) {
                    line.put(fresh.get(i), now);
                }
                fresh.clear();
            }
            int before = into.size();
            while (into.room() > 0) {
                @Nullable Packet packet = line.take(now);
                if (packet == null) {
                    break;
                }
                into.add(packet);
            }
            return into.size() - before;
        }
    }

    private final class FaultyTxQueue implements TxQueue {

        private final TxQueue inner;
        private final FaultLine line;
        private final Burst due = new Burst(BURST_CAPACITY);

        FaultyTxQueue(TxQueue inner, FaultLine line) {
            this.inner = inner;
            this.line = line;
        }

        @Override
        public int transmit(Burst from) {
            flush();
            // When the wire does not keep up, the frames stay the caller's.
            int n = due.isEmpty() ? Math.min(from.size(), line.room()) : 0;
            for (int i = 0; i < n; i++) {
                line.put(from.get(i), nowNanos);
            }
            from.removeFirst(n);
            if (n > 0) {
                flush();
            }
            return n;
        }

        long nextDueNanos() {
            return due.isEmpty() ? line.nextDueNanos() : Long.MIN_VALUE;
        }

        /** Sends what is due, and gives the inner queue the occasion to reclaim in any case. */
        void flush() {
            do {
                while (due.room() > 0) {
                    @Nullable Packet packet = line.take(nowNanos);
                    if (packet == null) {
                        break;
                    }
                    due.add(packet);
                }
                inner.transmit(due);
            } while (due.isEmpty() && line.nextDueNanos() <= nowNanos);
        }

        void releaseAll() {
            due.releaseAll();
            line.releaseAll();
        }
    }
}
