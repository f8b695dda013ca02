package dev.ringroad.net.device.fault;

import dev.ringroad.net.device.Offload;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.BigEndian;

import org.jspecify.annotations.Nullable;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One impaired direction: packets go in, suffer what the plan has for them, and come out when they
 * are due.
 *
 * <p>All faults but loss are a matter of when a packet is due. What is under way lies in a binary
 * heap ordered by that time and then by arrival, in arrays made once. For every packet the same
 * number of chances is drawn, whatever comes of them, so that the fate of a packet depends on its
 * number only.
 */
final class FaultLine {

    private final FaultPlan plan;
    private final PacketPool pool;
    private final SplittableRandom random;
    private final Packet[] packets;
    private final long[] dueNanos;
    private final long[] arrival;
    private final AtomicLongArray counts = new AtomicLongArray(Fault.values().length);
    private final AtomicLong lostBytes = new AtomicLong();
    private int size;
    private long arrivals;
    private long lastDueNanos = Long.MIN_VALUE;

    FaultLine(FaultPlan plan, PacketPool pool, int capacity) {
        this.plan = plan;
        this.pool = pool;
        this.random = new SplittableRandom(plan.seed());
        this.packets = new Packet[capacity];
        this.dueNanos = new long[capacity];
        this.arrival = new long[capacity];
    }

    /** How many packets can surely be put in: each may become two. */
    int room() {
        return (packets.length - size) / 2;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long count(Fault fault) {
        return counts.get(fault.ordinal());
    }

    /** Bytes of the packets that were lost. */
    long lostBytes() {
        return lostBytes.get();
    }

    /** When the next packet comes out, {@link Long#MAX_VALUE} for none. */
    long nextDueNanos() {
        return size == 0 ? Long.MAX_VALUE : dueNanos[0];
    }

    /** Puts a packet in, which is the line's from now on; there must be {@link #room}. */
    void put(Packet packet, long nowNanos) {
        boolean lost = random.nextDouble() < plan.loss();
        boolean duplicated = random.nextDouble() < plan.duplicate();
        boolean corrupted = random.nextDouble() < plan.corrupt();
        boolean reordered = random.nextDouble() < plan.reorder();
        double delay = random.nextDouble();
        long position = random.nextLong() & Long.MAX_VALUE;
        if (lost) {
            lose(packet);
            return;
        }
        if (duplicated) {
            duplicate(packet, nowNanos);
        }
        Packet whole = corrupted ? corrupted(packet, position) : packet;
        if (whole == null) {
            lose(packet);
            return;
        }
        insert(whole, due(nowNanos, delay, reordered));
    }

    /** Takes out the packet that is due first; null when none is due. */
    @Nullable Packet take(long nowNanos) {
        if (size == 0 || dueNanos[0] > nowNanos) {
            return null;
        }
        Packet first = packets[0];
        size--;
        if (size > 0) {
            siftDown(packets[size], dueNanos[size], arrival[size]);
        }
        return first;
    }

    /** Releases all that is under way. */
    void releaseAll() {
        int n = size;
        size = 0;
        for (int i = 0; i < n; i++) {
            packets[i].release();
        }
    }

    private void lose(Packet packet) {
        counts.incrementAndGet(Fault.LOST.ordinal());
        lostBytes.addAndGet(packet.totalLength());
        packet.release();
    }

    private void duplicate(Packet packet, long nowNanos) {
        Packet copy = copy(packet);
        if (copy != null) {
            counts.incrementAndGet(Fault.DUPLICATED.ordinal());
            insert(copy, due(nowNanos, 0, false));
        }
    }

    private @Nullable Packet copy(Packet packet) {
        Packet copy = packet.totalLength() <= pool.dataBytesMax() ? pool.acquire() : null;
        if (copy != null) {
            copy.copyFrom(packet);
        }
        return copy;
    }

    /**
     * Flips a bit, in a copy if somebody keeps the packet for a retransmission or shares a part of
     * it, and as on a real wire behind the point where a device completes or has verified the
     * checksum.
     */
    private @Nullable Packet corrupted(Packet packet, long position) {
        Packet target = packet;
        if (packet.references() > 1 || packet.next() != null) {
            target = copy(packet);
            if (target == null) {
                return null;
            }
            packet.release();
        }
        if (target.length() > 0) {
            counts.incrementAndGet(Fault.CORRUPTED.ordinal());
            Offload.completeChecksum(target);
            target.clearFlags(Packet.CHECKSUM_VERIFIED);
            long bit = position % (8L * target.length());
            long at = target.offset() + (bit >>> 3);
            int flipped = BigEndian.u8(target.segment(), at) ^ 1 << (bit & 7);
            BigEndian.u8(target.segment(), at, flipped);
        }
        return target;
    }

    private long due(long nowNanos, double delay, boolean reordered) {
        long span = plan.delayNanosMax() - plan.delayNanosMin();
        long due = nowNanos + plan.delayNanosMin() + (long) (delay * span);
        due = Math.max(due, lastDueNanos);
        if (reordered) {
            counts.incrementAndGet(Fault.REORDERED.ordinal());
            return due + plan.reorderNanos();
        }
        lastDueNanos = due;
        return due;
    }

    private void insert(Packet packet, long due) {
        long number = arrivals++;
        int i = size++;
        while (i > 0) {
            int parent = (i - 1) >>> 1;
            if (isBefore(dueNanos[parent], arrival[parent], due, number)) {
                break;
            }
            move(parent, i);
            i = parent;
        }
        place(i, packet, due, number);
    }

    private void siftDown(Packet packet, long due, long number) {
        int i = 0;
        int child = 1;
        while (child < size) {
            int right = child + 1;
            if (right < size
                    && isBefore(dueNanos[right], arrival[right], dueNanos[child], arrival[child])) {
                child = right;
            }
            if (isBefore(due, number, dueNanos[child], arrival[child])) {
                break;
            }
            move(child, i);
            i = child;
            child = 2 * i + 1;
        }
        place(i, packet, due, number);
    }

    private static boolean isBefore(long dueA, long numberA, long dueB, long numberB) {
        return dueA < dueB || (dueA == dueB && numberA < numberB);
    }

    private void move(int from, int to) {
        place(to, packets[from], dueNanos[from], arrival[from]);
    }

    private void place(int i, Packet packet, long due, long number) {
        packets[i] = packet;
        dueNanos[i] = due;
        arrival[i] = number;
    }
}
