package dev.ringroad.net.device.capture;

import dev.ringroad.net.device.DecoratedDevice;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import java.time.Instant;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Captures what is received and what is taken to transmit. Several devices may share a writer if
 * they have the same owner; it stays the caller's to close, after the devices.
 */
public final class CaptureDevice extends DecoratedDevice {

    private static final long FLUSH_NANOS = 200_000_000;
    private static final int PART_CAPACITY = 256;

    private final PcapngWriter writer;
    private final LongSupplier epochNanos;
    private final int interfaceNumber;
    private final CapturingRxQueue[] rxQueues;
    private final CapturingTxQueue[] txQueues;
    private long flushedNanos;

    /** Captures with the time of this machine's clock. */
    public CaptureDevice(NetDevice inner, PcapngWriter writer) {
        this(inner, writer, wallClock());
    }

    /**
     * Captures with the time of any clock, such as a simulation's.
     *
     * @param epochNanos asked once for each burst: nanoseconds since 1970
     */
    public CaptureDevice(NetDevice inner, PcapngWriter writer, LongSupplier epochNanos) {
        super(inner);
        this.writer = writer;
        this.epochNanos = epochNanos;
        this.interfaceNumber = writer.addInterface(inner.name());
        int pairs = inner.queuePairs();
        rxQueues = new CapturingRxQueue[pairs];
        txQueues = new CapturingTxQueue[pairs];
        for (int i = 0; i < pairs; i++) {
            rxQueues[i] = new CapturingRxQueue(inner.rxQueue(i));
            txQueues[i] = new CapturingTxQueue(inner.txQueue(i));
        }
    }

    private static LongSupplier wallClock() {
        Instant now = Instant.now();
        long offset = now.getEpochSecond() * 1_000_000_000L + now.getNano() - System.nanoTime();
        return () -> System.nanoTime() + offset;
    }

    @Override
    public Map<String, Long> drops() {
        Map<String, Long> drops = super.drops();
        drops.put("capture-lost", writer.lostFrames());
        return drops;
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
    public void service(long nowNanos) {
        super.service(nowNanos);
        if (nowNanos - flushedNanos > FLUSH_NANOS) {
            flushedNanos = nowNanos;
            writer.flush();
        }
    }

    @Override
    public void close() {
        writer.flush();
        super.close();
    }

    private final class CapturingRxQueue implements RxQueue {

        private final RxQueue inner;

        CapturingRxQueue(RxQueue inner) {
            this.inner = inner;
        }

        @Override
        public int receive(Burst into) {
            int before = into.size();
            int n = inner.receive(into);
            if (n > 0) {
                long time = epochNanos.getAsLong();
                Packet[] packets = into.array();
                for (int i = before; i < before + n; i++) {
                    writer.write(interfaceNumber, packets[i], time, Direction.INBOUND);
                }
            }
            return n;
        }
    }

    /**
     * Writes before it transmits, because what has been taken may be somebody else's packet
     * already, and cuts back what was not taken.
     */
    private final class CapturingTxQueue implements TxQueue {

        private final TxQueue inner;
        private final Burst part = new Burst(PART_CAPACITY);
        private final int[] ends = new int[PART_CAPACITY + 1];

        CapturingTxQueue(TxQueue inner) {
            this.inner = inner;
        }

        @Override
        public int transmit(Burst from) {
            int count = choosePart(from);
            if (count == 0) {
                int passed = inner.transmit(from);
                writer.pass(passed);
                return passed;
            }
            long time = epochNanos.getAsLong();
            ends[0] = writer.position();
            for (int i = 0; i < count; i++) {
                writer.write(interfaceNumber, part.get(i), time, Direction.OUTBOUND);
                ends[i + 1] = writer.position();
            }
            int taken = inner.transmit(part);
            part.clear();
            writer.cutBack(ends[taken]);
            from.removeFirst(taken);
            return taken;
        }

        /** As many frames as surely fit into the writer's buffer; 0 when none, or it has failed. */
        private int choosePart(Burst from) {
            int limit = Math.min(from.size(), part.capacity());
            int bytes = 0;
            for (int i = 0; i < limit; i++) {
                int more = writer.blockBytes(from.get(i));
                if (!writer.require(bytes + more)) {
                    break;
                }
                bytes += more;
                part.add(from.get(i));
            }
            return part.size();
        }
    }
}
