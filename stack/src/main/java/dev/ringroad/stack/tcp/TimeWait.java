package dev.ringroad.stack.tcp;

import dev.ringroad.core.worker.Timer;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.stack.config.KeyedHash;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpDatagram;

import org.jspecify.annotations.Nullable;

/**
 * Connections that are over, kept until their old segments are gone from the network (RFC 9293
 * section 3.4.2): compact, bounded, no packets. As all wait equally long, the oldest is always the
 * first to go, and one timer serves all.
 *
 * <p>A reset does not end the wait, because an old duplicate could be what triggered it (RFC 1337).
 */
final class TimeWait extends Timer {
    /** {@link #reuse}: the addresses are taken. */
    static final int TAKEN = -1;

    /** {@link #reuse}: nothing stands in the way. */
    static final int FREE = 0;

    /** {@link #reuse}: an old connection made room; the new one begins beyond its numbers. */
    static final int REUSED = 1;

    // Beyond everything that the old connection sent and that may still be under way (RFC 9293
    // section 3.6.1).
    private static final int REUSE_DISTANCE = 65537;

    private static final class Entry {
        long localHigh;
        long localLow;
        long remoteHigh;
        long remoteLow;
        int portsWord;
        int next;
        int receiveNext;
        int timestampRecent;
        int timestampOffset;
        boolean timestamps;
        long deadlineNanos;
        @Nullable Entry chain;
        @Nullable Entry older;
        @Nullable Entry newer;
    }

    private final TcpLayer layer;
    private final KeyedHash hash;
    private final int entriesMax;
    private final Entry[] noEntries = new Entry[0];
    private @Nullable Entry[] buckets = noEntries;
    private @Nullable Entry oldest;
    private @Nullable Entry newest;
    private @Nullable Entry free;
    private int size;
    private int reusedNext;

    TimeWait(TcpLayer layer, KeyedHash hash, int entriesMax) {
        this.layer = layer;
        this.hash = hash;
        this.entriesMax = entriesMax;
    }

    int size() {
        return size;
    }

    private int bucketOf(
            long localHigh, long localLow, long remoteHigh, long remoteLow, int portsWord) {
        long a = remoteLow ^ Long.rotateLeft(remoteHigh, 29);
        long b = localLow ^ Long.rotateLeft(localHigh, 31) ^ (long) portsWord << 32 ^ portsWord;
        return (int) (hash.table(a, b) >>> 32) & (buckets.length - 1);
    }

    private @Nullable Entry find(
            long localHigh, long localLow, long remoteHigh, long remoteLow, int portsWord) {
        if (size == 0) {
            return null;
        }
        Entry entry = buckets[bucketOf(localHigh, localLow, remoteHigh, remoteLow, portsWord)];
        while (entry != null
                && (entry.portsWord != portsWord
                        || entry.remoteLow != remoteLow
                        || entry.localLow != localLow
                        || entry.remoteHigh != remoteHigh
                        || entry.localHigh != localHigh)) {
            entry = entry.chain;
        }
        return entry;
    }

    /** Takes over the addresses and numbers of a connection that has just ended. */
    void add(TcpConnection connection, long nowNanos) {
        if (size >= entriesMax && oldest != null) {
            layer.counters.timeWaitEvicted();
            remove(oldest);
        }
        if (size >= buckets.length) {
            grow();
        }
        Entry entry = free;
        if (entry == null) {
            entry = new Entry();
        } else {
            free = entry.chain;
        }
        entry.localHigh = connection.localHigh;
        entry.localLow = connection.localLow;
        entry.remoteHigh = connection.remoteHigh;
        entry.remoteLow = connection.remoteLow;
        entry.portsWord = connection.portsWord;
        entry.next = connection.sender.highest;
        entry.receiveNext = connection.receiver.next;
        entry.timestamps = connection.output.timestamps();
        entry.timestampRecent = connection.receiver.timestampEcho();
        entry.timestampOffset = connection.output.timestampOffset();
        int bucket =
                bucketOf(
                        entry.localHigh,
                        entry.localLow,
                        entry.remoteHigh,
                        entry.remoteLow,
                        entry.portsWord);
        entry.chain = buckets[bucket];
        buckets[bucket] = entry;
        size++;
        append(entry, nowNanos);
        layer.counters.timeWaits(size);
    }

    private void append(Entry entry, long nowNanos) {
        entry.deadlineNanos = nowNanos + layer.limits.timeWaitNanos();
        entry.older = newest;
        entry.newer = null;
        if (newest != null) {
            newest.newer = entry;
        } else {
            oldest = entry;
        }
        newest = entry;
        if (!isScheduled()) {
            layer.wheel.schedule(this, entry.deadlineNanos);
        }
    }

    private void unlink(Entry entry) {
        Entry older = entry.older;
        Entry newer = entry.newer;
        if (older != null) {
            older.newer = newer;
        } else {
            oldest = newer;
        }
        if (newer != null) {
            newer.older = older;
        } else {
            newest = older;
        }
        entry.older = null;
        entry.newer = null;
    }

    private void remove(Entry entry) {
        unlink(entry);
        int bucket =
                bucketOf(
                        entry.localHigh,
                        entry.localLow,
                        entry.remoteHigh,
                        entry.remoteLow,
                        entry.portsWord);
        Entry before = null;
        Entry at = buckets[bucket];
        while (at != null && at != entry) {
            before = at;
            at = at.chain;
        }
        if (before == null) {
            buckets[bucket] = entry.chain;
        } else {
            before.chain = entry.chain;
        }
        entry.chain = free;
        free = entry;
        size--;
        layer.counters.timeWaits(size);
    }

    private void grow() {
        @Nullable Entry[] old = buckets;
        buckets = new @Nullable Entry[Math.max(64, old.length * 2)];
        for (Entry first : old) {
            Entry entry = first;
            while (entry != null) {
                Entry following = entry.chain;
                int bucket =
                        bucketOf(
                                entry.localHigh,
                                entry.localLow,
                                entry.remoteHigh,
                                entry.remoteLow,
                                entry.portsWord);
                entry.chain = buckets[bucket];
                buckets[bucket] = entry;
                entry = following;
            }
        }
    }

    @Override
    protected void expired(long nowNanos) {
        while (oldest != null && oldest.deadlineNanos <= nowNanos) {
            remove(oldest);
        }
        if (oldest != null) {
            layer.wheel.schedule(this, oldest.deadlineNanos);
        }
    }

    /**
     * Takes a segment for a connection in TIME-WAIT (RFC 9293 section 3.10.7.4).
     *
     * @return {@link #NOBODY} when there is none; {@link #DONE} when the segment has been dealt
     *     with; {@link #OPENS} when it is a SYN that may open a new connection, whose initial
     *     sequence number {@link #beyondReused} tells
     */
    int arrive(Segment segment, IpDatagram datagram, int portsWord, long nowNanos) {
        Entry entry =
                find(
                        datagram.destinationHigh(),
                        datagram.destinationLow(),
                        datagram.sourceHigh(),
                        datagram.sourceLow(),
                        portsWord);
        if (entry == null) {
            return NOBODY;
        }
        if (segment.has(TcpHeader.RST)) {
            layer.counters.drop(DropReason.TCP_RESET_IN_TIME_WAIT);
            return DONE;
        }
        if (segment.has(TcpHeader.SYN) && isLater(entry, segment)) {
            reusedNext = entry.next;
            remove(entry);
            return OPENS;
        }
        if (segment.sequenceLength() == 0 && segment.sequence == entry.receiveNext) {
            return DONE;
        }
        if (segment.has(TcpHeader.FIN)) {
            unlink(entry);
            append(entry, nowNanos);
        }
        if (layer.challenges.take(nowNanos)) {
            acknowledge(entry, nowNanos);
        }
        return DONE;
    }

    /** {@link #arrive}: no such connection. */
    static final int NOBODY = 0;

    /** {@link #arrive}: answered or ignored. */
    static final int DONE = 1;

    /** {@link #arrive}: a new connection may begin. */
    static final int OPENS = 2;

    /**
     * RFC 6191 and RFC 9293 section 3.10.7.4: the greater timestamp, or else the greater sequence
     * number.
     */
    private static boolean isLater(Entry entry, Segment segment) {
        if (entry.timestamps
                && segment.hasTimestamp
                && segment.timestampValue != entry.timestampRecent) {
            return SequenceNumber.after(segment.timestampValue, entry.timestampRecent);
        }
        return SequenceNumber.after(segment.sequence, entry.receiveNext);
    }

    private void acknowledge(Entry entry, long nowNanos) {
        layer.replies.acknowledge(
                entry.localHigh,
                entry.localLow,
                entry.remoteHigh,
                entry.remoteLow,
                entry.portsWord,
                entry.next,
                entry.receiveNext,
                entry.timestamps,
                entry.timestampOffset,
                entry.timestampRecent,
                nowNanos);
    }

    /** Whether a connect may use a 4-tuple: free, taken, or taken over from an old connection. */
    int reuse(IpAddress local, int localPort, IpAddress remote, int remotePort, boolean allowed) {
        Entry entry =
                find(
                        local.high(),
                        local.low(),
                        remote.high(),
                        remote.low(),
                        remotePort << 16 | localPort);
        if (entry == null) {
            return FREE;
        }
        if (!allowed) {
            return TAKEN;
        }
        reusedNext = entry.next;
        remove(entry);
        return REUSED;
    }

    /** Whether an old connection has a 4-tuple. */
    boolean contains(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        return find(
                        local.high(),
                        local.low(),
                        remote.high(),
                        remote.low(),
                        remotePort << 16 | localPort)
                != null;
    }

    /** Whether an old connection has a local port. */
    boolean usesPort(int localPort) {
        for (Entry entry = oldest; entry != null; entry = entry.newer) {
            if ((entry.portsWord & 0xffff) == localPort) {
                return true;
            }
        }
        return false;
    }

    /** The initial sequence number of a connection that has taken the last one's addresses over. */
    int beyondReused(int wanted) {
        int least = reusedNext + REUSE_DISTANCE;
        return SequenceNumber.after(wanted, least) ? wanted : least;
    }
}
