package dev.ringroad.net.packet;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A fixed number of packets of one size, lent and taken back.
 *
 * <p>The packet lent next is the one that came back last, whose lines are still in the cache. A
 * packet in its pool is as its next owner gets it, so lending and taking back touch it as little as
 * can be: {@link #acquireRaw} and {@link #releaseRaw} not at all.
 *
 * <p>One owner thread at a time; handing the pool to another thread needs a happens-before edge,
 * such as the stack's lock. A pool that was made {@link #shared} is for several threads at once,
 * which open a {@link PoolCache} each: any thread may acquire and release, and a packet itself has
 * one owner at a time, whoever acquired it. With {@code -Dringroad.checked=true} every lending is
 * watched: see {@link #CHECKED}.
 */
public final class PacketPool implements AutoCloseable {

    /**
     * Whether releasing twice, using after release and leaking are trapped, naming the culprit's
     * stack. Off, it costs nothing: the field is a constant to the compiler.
     */
    public static final boolean CHECKED = Boolean.getBoolean("ringroad.checked");

    /**
     * Bytes before the data of a packet just acquired: Ethernet with two tags, IPv6 and the longest
     * TCP header fit (14 + 8 + 40 + 60), and what is left keeps data on a cache line.
     */
    public static final int DEFAULT_HEADROOM = 128;

    /** Buffers begin on a cache line. */
    public static final int BUFFER_ALIGNMENT_BYTES = 64;

    private static final int BUFFER_BYTES_MIN = DEFAULT_HEADROOM + BUFFER_ALIGNMENT_BYTES;

    private final String name;
    private final SharedRegion region;
    private final boolean regionOwned;
    private final int bufferBytes;
    private final Packet[] packets;
    private final FreeStack free;
    private final @Nullable Custody custody;
    private final @Nullable Depot depot;

    private int leastFree;
    private long exhaustedCount;
    private boolean closed;

    private PacketPool(
            String name,
            SharedRegion region,
            boolean regionOwned,
            long regionOffset,
            int packetCount,
            int bufferBytes,
            int strideBytes,
            int cachePackets) {
        this.name = name;
        this.region = region;
        this.regionOwned = regionOwned;
        this.bufferBytes = bufferBytes;
        this.packets = new Packet[packetCount];
        this.custody = CHECKED ? new Custody(this) : null;
        MemorySegment segment = region.segment();
        ByteBuffer buffer = segment.asByteBuffer().order(ByteOrder.nativeOrder());
        for (int i = 0; i < packetCount; i++) {
            long start = regionOffset + (long) i * strideBytes;
            packets[i] = new Packet(this, segment, buffer, start, i);
        }
        leastFree = packetCount;
        depot = cachePackets == 0 ? null : new Depot(name, packets, cachePackets, custody);
        // That of a shared pool stays empty: its free packets are in the depot and the caches.
        free = new FreeStack(depot == null ? packetCount : 0);
        for (int i = free.room() - 1; i >= 0; i--) {
            free.push(packets[i]);
        }
    }

    /**
     * Makes a pool with a region of its own, which is closed with it.
     *
     * @param name what the region and the complaints are called
     * @param bufferBytes of each packet, the headroom included; a multiple of 64
     * @throws UncheckedIOException when there is no memory, with the remedy
     */
    public static PacketPool create(
            String name, int packets, int bufferBytes, Placement placement) {
        return create(name, packets, bufferBytes, placement, 0);
    }

    /**
     * Makes a pool that any number of threads use at the same time: a depot of free packets for
     * all, and before it a cache for each thread that opens one with {@link #openCache}, from which
     * and to which packets move in bulk. Threads without a cache go to the depot for each packet,
     * which is slow.
     *
     * <p>Packets that wait in one thread's cache are not there for another, so there should be more
     * packets than are ever lent, by {@code cachePackets} for each thread.
     *
     * @param cachePackets how many free packets a thread keeps to itself at most, from 2; a third
     *     of them moves at once
     * @throws UncheckedIOException when there is no memory, with the remedy
     */
    public static PacketPool shared(
            String name, int packets, int bufferBytes, Placement placement, int cachePackets) {
        checkCache(name, packets, cachePackets);
        return create(name, packets, bufferBytes, placement, cachePackets);
    }

    private static PacketPool create(
            String name, int packets, int bufferBytes, Placement placement, int cachePackets) {
        check(name, packets, bufferBytes);
        int stride = colouredStride(bufferBytes);
        long bytes = (long) packets * stride;
        checkRegionBytes(name, bytes);
        SharedRegion region = allocate(name, bytes, placement);
        return new PacketPool(name, region, true, 0, packets, bufferBytes, stride, cachePackets);
    }

    private static SharedRegion allocate(String name, long bytes, Placement placement) {
        try {
            return SharedRegion.allocate(name, bytes, placement);
        } catch (IOException e) {
            throw new UncheckedIOException("No memory for pool " + name + ". " + e.getMessage(), e);
        }
    }

    /**
     * Makes a pool of buffers that lie one behind the other in somebody's region, for drivers that
     * share it with a device or a peer. The region stays the caller's and outlives the pool.
     *
     * @param regionOffset where the first buffer begins, a multiple of 64
     * @param bufferBytes of each packet, the headroom included; a multiple of 64
     */
    public static PacketPool over(
            SharedRegion region, long regionOffset, int packets, int bufferBytes) {
        return over(region, regionOffset, packets, bufferBytes, 0);
    }

    /** As {@link #over}, of a pool for several threads, see {@link #shared}. */
    public static PacketPool sharedOver(
            SharedRegion region,
            long regionOffset,
            int packets,
            int bufferBytes,
            int cachePackets) {
        checkCache("pool over a shared region", packets, cachePackets);
        return over(region, regionOffset, packets, bufferBytes, cachePackets);
    }

    private static PacketPool over(
            SharedRegion region,
            long regionOffset,
            int packets,
            int bufferBytes,
            int cachePackets) {
        String name = "pool over a shared region";
        check(name, packets, bufferBytes);
        checkRegionBytes(name, region.byteSize());
        long bytes = (long) packets * bufferBytes;
        if (regionOffset < 0
                || regionOffset % BUFFER_ALIGNMENT_BYTES != 0
                || regionOffset > region.byteSize() - bytes) {
            throw new IllegalArgumentException(
                    packets
                            + " buffers of "
                            + bufferBytes
                            + " bytes at offset "
                            + regionOffset
                            + " do not fit into a region of "
                            + region.byteSize()
                            + " bytes");
        }
        return new PacketPool(
                name, region, false, regionOffset, packets, bufferBytes, bufferBytes, cachePackets);
    }

    /** Lends a packet with one reference, default headroom and no data; null when all are lent. */
    public @Nullable Packet acquire() {
        Packet packet = acquireRaw();
        if (packet != null) {
            packet.begin();
        }
        return packet;
    }

    /**
     * Lends a packet as {@link #acquire} does, but with the window its former owner left: it holds
     * whatever data, wherever in the buffer. Whoever fills it says where with {@link Packet#window}
     * or {@link Packet#start}, and nothing has been written in vain.
     */
    public @Nullable Packet acquireRaw() {
        int left = free.count() - 1;
        if (left < 0) {
            return acquireElsewhere();
        }
        if (left < leastFree) {
            leastFree = left;
        }
        Packet packet = free.pop();
        if (CHECKED) {
            custody().acquired(packet);
        }
        return packet;
    }

    private @Nullable Packet acquireElsewhere() {
        if (depot != null) {
            return depot.acquireRaw();
        }
        exhaustedCount++;
        return null;
    }

    /**
     * Lends {@code n} packets or, when there are fewer or the burst lacks room, none. Of a shared
     * pool {@code n} is at most what a thread's cache holds.
     */
    public boolean acquireBulk(Burst into, int n) {
        if (n > into.room() || !acquireRaw(into.array(), into.size(), n)) {
            return false;
        }
        into.beginBehind(n);
        return true;
    }

    /**
     * Lends {@code n} packets or, when there are fewer, none; with the windows that their former
     * owners left, as {@link #acquireRaw()}. Of a shared pool {@code n} is at most what a thread's
     * cache holds.
     *
     * @param into gets them from its place {@code at} on
     */
    public boolean acquireRaw(Packet[] into, int at, int n) {
        int left = free.count() - n;
        if (left < 0) {
            return acquireElsewhere(into, at, n);
        }
        free.pop(into, at, n);
        if (left < leastFree) {
            leastFree = left;
        }
        if (CHECKED) {
            custody().acquired(into, at, n);
        }
        return true;
    }

    private boolean acquireElsewhere(Packet[] into, int at, int n) {
        if (depot != null) {
            return depot.acquireRaw(into, at, n);
        }
        exhaustedCount++;
        return false;
    }

    /**
     * Takes back packets of which the caller knows that a release of each would be its end and
     * nobody else's concern: it is of this pool and has one reference, nothing chained behind it
     * and neither flags nor requests. That holds for a packet that was acquired and not sent by
     * others, whatever its window. Nothing of that is looked at, so a mistake is two owners of one
     * packet; checked mode traps it.
     *
     * @param from has them from its place {@code at} on
     */
    public void releaseRaw(Packet[] from, int at, int n) {
        if (CHECKED) {
            custody().releasedRaw(from, at, n);
        }
        keep(from, at, n);
    }

    /** Takes one packet back, as {@link #releaseRaw(Packet[], int, int)} does. */
    public void releaseRaw(Packet packet) {
        if (CHECKED) {
            custody().releasedRaw(packet);
        }
        keep(packet);
    }

    /**
     * Opens the calling thread's cache of a shared pool; {@link #acquire} and releases use it in
     * this thread from then on.
     *
     * @throws IllegalStateException when the pool is not shared, or the thread has a cache already
     */
    public PoolCache openCache() {
        if (depot == null) {
            throw new IllegalStateException(name + " belongs to one thread and has no caches");
        }
        return depot.open(Thread.currentThread());
    }

    /** Whether several threads may use the pool at the same time. */
    public boolean isShared() {
        return depot != null;
    }

    /**
     * How many packets can be lent now. Of a shared pool it is what lies in the depot and the
     * calling thread's cache, and other threads may take the former.
     */
    public int available() {
        return depot == null ? free.count() : depot.available();
    }

    /** How many packets there are in all, lent or not. */
    public int packets() {
        return packets.length;
    }

    /** Bytes of each buffer, the headroom included. */
    public int bufferBytes() {
        return bufferBytes;
    }

    /** How many bytes of data a packet just acquired has room for. */
    public int dataBytesMax() {
        return bufferBytes - DEFAULT_HEADROOM;
    }

    /** How often a packet was wanted and none was there. */
    public long exhaustedCount() {
        return depot == null ? exhaustedCount : depot.totals().exhausted();
    }

    /** The most that one thread's pool has lent at once. */
    int peakLent() {
        return packets.length - leastFree;
    }

    /** How the pool has been used until now. Any thread may ask; see there how exact it is. */
    public PoolStatistics statistics() {
        int total = packets.length;
        if (depot == null) {
            return new PoolStatistics(
                    total, total - free.count(), peakLent(), exhaustedCount, 0, 0, 0);
        }
        int lent = depot.lentNow();
        CacheTotals totals = depot.totals();
        return new PoolStatistics(
                total,
                lent,
                Math.max(lent, totals.peakLent()),
                totals.exhausted(),
                totals.acquired(),
                totals.refills(),
                totals.flushes());
    }

    /**
     * Who has the packets that are lent, as exactly as is known. Best asked when nobody uses the
     * pool; it takes a while.
     */
    public LeakReport leaks() {
        int present = depot == null ? free.count() : depot.free();
        return new LeakReport(
                name, packets.length - present, CHECKED ? custody().holders(packets) : List.of());
    }

    /** What the pool is called in complaints. */
    public String name() {
        return name;
    }

    /** The region that all buffers lie in. */
    public SharedRegion region() {
        return region;
    }

    /** The packet of a buffer, lent or not, for drivers that get an index back from a ring. */
    public Packet at(int bufferIndex) {
        return packets[bufferIndex];
    }

    /**
     * In checked mode, whether the stacks of lenders are kept (they are, unless told otherwise).
     * Without them the traps still work but name no culprit, and no garbage is made.
     */
    public void recordStacks(boolean wanted) {
        if (CHECKED) {
            custody().recordStacks(wanted);
        }
    }

    /**
     * Ends the pool, and its region if it made that. Every packet should be back.
     *
     * @throws IllegalStateException in checked mode, when packets are still lent; the message says
     *     who has one. The memory is freed nevertheless.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (regionOwned) {
            region.close();
        }
        int missing = packets.length - (depot == null ? free.count() : depot.free());
        if (CHECKED && missing != 0) {
            throw custody().leaked(packets, missing);
        }
    }

    boolean isClosed() {
        return closed;
    }

    void giveBack(Packet packet) {
        if (CHECKED) {
            custody().released(packet);
        }
        keep(packet);
    }

    private void keep(Packet packet) {
        if (depot == null) {
            free.push(packet);
        } else {
            depot.giveBack(packet);
        }
    }

    /**
     * Takes packets back whose release is their end in this pool, until there is another.
     *
     * @return where that is; {@code start} when it is the first
     */
    int giveBackRun(Packet[] from, int start, int end) {
        int i = start;
        while (i < end && from[i].endsAloneIn(this)) {
            if (CHECKED) {
                custody().released(from[i]);
            }
            i++;
        }
        keep(from, start, i - start);
        return i;
    }

    private void keep(Packet[] from, int at, int n) {
        if (depot == null) {
            free.push(from, at, n);
        } else if (n > 0) {
            depot.giveBack(from, at, n);
        }
    }

    Custody custody() {
        if (custody == null) {
            throw new IllegalStateException("packets are not watched; set -Dringroad.checked=true");
        }
        return custody;
    }

    /**
     * Spreads the first bytes of the buffers over the cache. With a stride of 2048 bytes all
     * headers would compete for two of an L1 cache's 64 sets; an odd number of lines uses them all.
     */
    private static int colouredStride(int bufferBytes) {
        int lines = bufferBytes / BUFFER_ALIGNMENT_BYTES;
        return (lines | 1) * BUFFER_ALIGNMENT_BYTES;
    }

    private static void check(String name, int packets, int bufferBytes) {
        if (packets < 1) {
            throw new IllegalArgumentException(name + ": a pool needs at least one packet");
        }
        if (bufferBytes < BUFFER_BYTES_MIN || bufferBytes % BUFFER_ALIGNMENT_BYTES != 0) {
            throw new IllegalArgumentException(
                    name
                            + ": buffers of "
                            + bufferBytes
                            + " bytes; a multiple of "
                            + BUFFER_ALIGNMENT_BYTES
                            + " of at least "
                            + BUFFER_BYTES_MIN
                            + " is needed");
        }
    }

    private static void checkCache(String name, int packets, int cachePackets) {
        if (cachePackets < 2 || cachePackets > packets) {
            throw new IllegalArgumentException(
                    name
                            + ": caches of "
                            + cachePackets
                            + " packets; 2 to "
                            + packets
                            + " of the pool's can be kept");
        }
    }

    private static void checkRegionBytes(String name, long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    name
                            + ": "
                            + bytes
                            + " bytes; a pool's region must be below 2 GiB, as packets"
                            + " are also seen through a ByteBuffer");
        }
    }
}
