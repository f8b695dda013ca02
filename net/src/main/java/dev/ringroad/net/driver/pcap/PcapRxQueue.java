package dev.ringroad.net.driver.pcap;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.driver.pcap.CaptureReader.State;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;

import org.jspecify.annotations.Nullable;

/** Receives what a file has, as fast as it is asked for or at a rate, once or for ever. */
final class PcapRxQueue implements RxQueue {

    private static final long SECOND_NANOS = 1_000_000_000L;

    private final @Nullable CaptureReader reader;
    private final PacketPool pool;
    private final DropCounters drops;
    private final Counter cut;
    private final Counter broken;
    private final boolean loops;
    private final int packetsPerSecond;
    private boolean pending;
    private boolean exhausted;
    private boolean anyFrame;
    private boolean begun;
    private long secondBeganNanos;
    private long receivedThisSecond;

    /**
     * @param packetsPerSecond 0 for as many as are asked for
     */
    PcapRxQueue(
            @Nullable CaptureReader reader,
            PacketPool pool,
            DropCounters drops,
            Counter cut,
            Counter broken,
            boolean loops,
            int packetsPerSecond) {
        this.reader = reader;
        this.pool = pool;
        this.drops = drops;
        this.cut = cut;
        this.broken = broken;
        this.loops = loops;
        this.packetsPerSecond = packetsPerSecond;
        exhausted = reader == null;
    }

    boolean exhausted() {
        return exhausted;
    }

    @Override
    public int receive(Burst into) {
        CaptureReader from = reader;
        if (from == null || exhausted) {
            return 0;
        }
        int limit = packetsPerSecond == 0 ? into.room() : Math.min(into.room(), due());
        int n = 0;
        while (n < limit && (pending || find(from))) {
            Packet packet = pool.acquire();
            if (packet == null) {
                drops.count(DeviceDrop.POOL_EMPTY);
                break;
            }
            pending = false;
            packet.append(from.frameBytes());
            packet.copyIn(0, from.buffer(), from.frameAt(), from.frameBytes());
            into.add(packet);
            n++;
        }
        receivedThisSecond += n;
        return n;
    }

    /** How many frames the rate allows now. A second's worth is the most that can be caught up. */
    private int due() {
        long now = System.nanoTime();
        if (!begun) {
            begun = true;
            secondBeganNanos = now;
        }
        long elapsed = now - secondBeganNanos;
        if (elapsed >= 2 * SECOND_NANOS) {
            secondBeganNanos = now - SECOND_NANOS;
            receivedThisSecond = 0;
            elapsed = SECOND_NANOS;
        } else if (elapsed >= SECOND_NANOS && receivedThisSecond >= packetsPerSecond) {
            secondBeganNanos += SECOND_NANOS;
            receivedThisSecond -= packetsPerSecond;
            elapsed -= SECOND_NANOS;
        }
        return (int) (elapsed * packetsPerSecond / SECOND_NANOS + 1 - receivedThisSecond);
    }

    /** When the next frame is due; never, when there is none or no rate. */
    long nextDeadlineNanos() {
        if (exhausted || packetsPerSecond == 0 || !begun) {
            return exhausted || packetsPerSecond == 0 ? Long.MAX_VALUE : System.nanoTime();
        }
        return secondBeganNanos + receivedThisSecond * SECOND_NANOS / packetsPerSecond + 1;
    }

    /** Whether only the time has to be waited for. */
    boolean maySleep() {
        return exhausted || (packetsPerSecond > 0 && begun);
    }

    /** Finds the next frame that is one; false when there is none any more. */
    private boolean find(CaptureReader from) {
        while (true) {
            State state = from.next();
            if (state == State.END && loops && anyFrame) {
                anyFrame = false;
                state = from.rewind();
            } else if (state == State.FRAME && isOne(from.frameBytes())) {
                anyFrame = true;
                pending = true;
                return true;
            }
            if (state != State.FRAME) {
                end(state);
                return false;
            }
        }
    }

    private boolean isOne(int bytes) {
        if (bytes < EthernetHeader.BYTES) {
            drops.count(DeviceDrop.RECEIVED_BROKEN);
            return false;
        }
        if (bytes > pool.dataBytesMax()) {
            drops.count(DeviceDrop.RECEIVED_TOO_LONG);
            return false;
        }
        return true;
    }

    private void end(State state) {
        exhausted = true;
        if (state == State.CUT) {
            cut.increment();
        } else if (state != State.END) {
            broken.increment();
        }
    }

    void close() {
        exhausted = true;
    }
}
