package dev.ringroad.net.packet;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Checked mode's memory of who had each packet of a pool last.
 *
 * <p>A released buffer's first data bytes are overwritten, so that one who still reads it through
 * the segment sees {@code DB DB DB …} and not plausible old bytes.
 */
final class Custody {

    private static final long POISON = 0xDBDB_DBDB_DBDB_DBDBL;
    private static final int POISON_BYTES = 64;

    private final PacketPool pool;
    private final @Nullable Trace[] acquiredBy;
    private final @Nullable Trace[] releasedBy;
    private boolean stacksRecorded = true;

    Custody(PacketPool pool) {
        this.pool = pool;
        this.acquiredBy = new Trace[pool.packets()];
        this.releasedBy = new Trace[pool.packets()];
    }

    void recordStacks(boolean wanted) {
        stacksRecorded = wanted;
    }

    void acquired(Packet packet) {
        int index = packet.bufferIndex();
        acquiredBy[index] = stacksRecorded ? new Trace("acquired here") : null;
        releasedBy[index] = null;
        packet.makePlain();
    }

    void acquired(Packet[] packets, int at, int n) {
        for (int i = at; i < at + n; i++) {
            acquired(packets[i]);
        }
    }

    /** Only a plain packet of this pool may be released without a look at it. */
    void releasedRaw(Packet packet) {
        if (!packet.isLive()) {
            throw releasedTwice(packet);
        }
        if (packet.pool() != pool || !packet.isPlain()) {
            throw new IllegalStateException(
                    packet
                            + " was released raw to "
                            + pool.name()
                            + ", but is of another pool, shared, chained or has flags or requests");
        }
        released(packet);
    }

    void releasedRaw(Packet[] packets, int at, int n) {
        for (int i = at; i < at + n; i++) {
            releasedRaw(packets[i]);
        }
    }

    void released(Packet packet) {
        packet.watch();
        releasedBy[packet.bufferIndex()] = stacksRecorded ? new Trace("released here") : null;
        if (!pool.isClosed()) {
            long at = packet.startOffset() + PacketPool.DEFAULT_HEADROOM;
            for (int i = 0; i < POISON_BYTES; i += Long.BYTES) {
                packet.segment().set(ValueLayout.JAVA_LONG_UNALIGNED, at + i, POISON);
            }
        }
    }

    IllegalStateException usedAfterRelease(Packet packet) {
        return complaint(packet, "used after its release");
    }

    IllegalStateException releasedTwice(Packet packet) {
        return complaint(packet, "released once more than it was acquired and retained");
    }

    IllegalStateException leaked(Packet[] packets, int count) {
        for (Packet packet : packets) {
            if (packet.isLive()) {
                return new IllegalStateException(
                        pool.name()
                                + " was closed with "
                                + count
                                + " packets not released; "
                                + packet
                                + " is one",
                        acquiredBy[packet.bufferIndex()]);
            }
        }
        return new IllegalStateException(
                pool.name() + " was closed with " + count + " packets missing");
    }

    /** Where the lent packets were acquired: one entry for each place that acquires. */
    List<LeakReport.Holder> holders(Packet[] packets) {
        Map<List<StackTraceElement>, Integer> counts = new LinkedHashMap<>();
        for (Packet packet : packets) {
            if (packet.isLive()) {
                counts.merge(stackOf(acquiredBy[packet.bufferIndex()]), 1, Integer::sum);
            }
        }
        return counts.entrySet().stream()
                .map(entry -> new LeakReport.Holder(entry.getValue(), entry.getKey()))
                .sorted(Comparator.comparingInt(LeakReport.Holder::packets).reversed())
                .toList();
    }

    private static List<StackTraceElement> stackOf(@Nullable Trace trace) {
        if (trace == null) {
            return List.of();
        }
        return Arrays.stream(trace.getStackTrace())
                .dropWhile(frame -> isOurs(frame.getClassName()))
                .toList();
    }

    /** The pool's own frames tell nothing. */
    private static boolean isOurs(String className) {
        return className.equals(Custody.class.getName())
                || className.equals(Depot.class.getName())
                || className.equals(PacketPool.class.getName())
                || className.equals(PoolCache.class.getName());
    }

    private IllegalStateException complaint(Packet packet, String what) {
        Trace release = releasedBy[packet.bufferIndex()];
        return new IllegalStateException(packet + " was " + what, release);
    }

    /** A stack, kept as the cause of a complaint that may come later. */
    static final class Trace extends Throwable {

        private static final long serialVersionUID = 1L;

        Trace(String message) {
            super(message);
        }
    }
}
