package dev.ringroad.net.driver.memif;

import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.EthernetHeader;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * Transmits by copying each packet into the shared memory; the packet goes back to its pool at
 * once.
 *
 * <p>A client fills its own buffers and moves the head. A server fills the buffers that the client
 * gives by moving its head, and moves the tail; such a buffer that can't be written is no accident,
 * so the connection ends. A frame longer than one buffer goes out as a chain, published whole.
 */
final class MemifCopyTxQueue implements MemifTxQueue {

    private static final MemorySegment[] NO_SEGMENTS = {};
    private static final long[] NO_CHAIN = {};

    private static final int NO_ROOM = 0;
    private static final int FAILED = -1;
    private static final int DROPPED = -2;

    private final MemifCounters counters;
    private final boolean client;
    private final int frameBytesMax;

    private @Nullable MemifLink link;
    private @Nullable MemifRing ring;
    private MemorySegment[] segments = NO_SEGMENTS;
    private long buffersOffset;
    private int strideBytes;
    private int bufferBytes;
    private int bufferFrameBytesMax;
    private int nextIndex;
    private int limitIndex;
    private boolean mayShrink;
    private long[] chainLow = NO_CHAIN;
    private long[] chainOffset = NO_CHAIN;

    MemifCopyTxQueue(MemifCounters counters, boolean client, int frameBytesMax) {
        this.counters = counters;
        this.client = client;
        this.frameBytesMax = frameBytesMax;
    }

    @Override
    public void attach(MemifLink newLink) {
        MemifRing newRing = newLink.transmit().ring();
        segments = newLink.segments();
        mayShrink = newLink.mayShrink();
        nextIndex = 0;
        limitIndex = 0;
        chainLow = new long[newRing.size()];
        chainOffset = new long[newRing.size()];
        MemifLink.OwnBuffers own = newLink.ownBuffers();
        if (own != null) {
            buffersOffset = own.transmitOffset();
            strideBytes = own.strideBytes();
            bufferBytes = own.bytes();
            bufferFrameBytesMax = Math.min(bufferBytes, frameBytesMax);
        } else {
            newRing.tailRelease(0);
        }
        link = newLink;
        ring = newRing;
    }

    @Override
    public void detach() {
        link = null;
        ring = null;
        segments = NO_SEGMENTS;
        chainLow = NO_CHAIN;
        chainOffset = NO_CHAIN;
    }

    @Override
    public void reclaim() {
        // Packets were released when they were copied.
    }

    @Override
    public int transmit(Burst from) {
        int count = from.size();
        if (count == 0) {
            return 0;
        }
        MemifRing r = ring;
        if (r == null) {
            return counters.drops.refuseAll(DeviceDrop.LINK_DOWN, from);
        }
        return mayShrink ? putWatched(r, from, count) : put(r, from, count);
    }

    /** Fills memory that may go away under an access; see {@link SharedRegion#raiseFault}. */
    private int putWatched(MemifRing r, Burst from, int count) {
        try {
            put(r, from, count);
            SharedRegion.raiseFault();
        } catch (InternalError e) {
            fail(MemifDrop.MEMORY_GONE);
        }
        return count - from.size();
    }

    private int put(MemifRing r, Burst from, int count) {
        Packet[] packets = from.array();
        int mask = r.size() - 1;
        int begin = nextIndex;
        int index = begin;
        int free = (limitIndex - index) & MemifRing.INDEX_MASK;
        if (free < count) {
            free = refreshFree(r, index);
        }
        int done = 0;
        int dropped = 0;
        try {
            while (done < count && free > 0) {
                Packet packet = packets[done];
                int bytes = packet.totalLength();
                int used = putOne(r, index & mask, packet, bytes);
                if (used == NO_ROOM) {
                    free = refreshFree(r, index);
                    used = putLong(r, index, free, packet, bytes);
                }
                if (used == NO_ROOM || used == FAILED) {
                    break;
                }
                if (used == DROPPED) {
                    used = 0;
                    dropped++;
                }
                index += used;
                free -= used;
                done++;
                packet.release();
            }
        } catch (InternalError e) {
            fail(MemifDrop.MEMORY_GONE);
        }
        if (index != begin && ring != null) {
            publish(r, index);
        }
        counters.transmitted.add(done - dropped);
        if (done < count) {
            counters.ringFull.increment();
        }
        from.removeFirst(done);
        return done;
    }

    private void publish(MemifRing r, int index) {
        nextIndex = index & MemifRing.INDEX_MASK;
        if (client) {
            r.headRelease(index);
        } else {
            r.tailRelease(index);
        }
        if (r.doorbellWanted()) {
            ringDoorbell();
        }
    }

    private void ringDoorbell() {
        MemifLink l = link;
        if (l != null) {
            counters.doorbells.increment();
            l.transmit().doorbell().signal();
        }
    }

    /**
     * How many slots may be filled, by the peer's present index; 0 and a failed link if it lies.
     */
    private int refreshFree(MemifRing r, int index) {
        int limit = client ? r.tailAcquire() + r.size() : r.headAcquire();
        int free = (limit - index) & MemifRing.INDEX_MASK;
        if (free > r.size()) {
            fail(MemifDrop.INDEX_JUMP);
            return 0;
        }
        limitIndex = limit & MemifRing.INDEX_MASK;
        return free;
    }

    /** Places a frame in one buffer: 1, or NO_ROOM when {@link #putLong} has to look, or FAILED. */
    private int putOne(MemifRing r, int slot, Packet packet, int bytes) {
        if (client) {
            if (bytes > bufferFrameBytesMax || bytes < EthernetHeader.BYTES) {
                return NO_ROOM;
            }
            long offset = buffersOffset + (long) slot * strideBytes;
            packet.copyOut(0, segments[0], offset, bytes);
            r.descriptorLow(slot, MemifRing.low(0, 0, bytes));
            r.descriptorHigh(slot, offset);
            return 1;
        }
        long low = r.descriptorLow(slot);
        long offset = MemifRing.offset(r.descriptorHigh(slot));
        MemorySegment target = target(low, offset);
        if (target == null) {
            fail(MemifDrop.BAD_BUFFER);
            return FAILED;
        }
        if (bytes > Math.min(MemifRing.length(low), frameBytesMax)
                || bytes < EthernetHeader.BYTES) {
            return NO_ROOM;
        }
        packet.copyOut(0, target, offset, bytes);
        r.descriptorLow(slot, MemifRing.low(0, MemifRing.region(low), bytes));
        return 1;
    }

    /** The memory of a buffer that the peer offers, or null if it can't be written. */
    private @Nullable MemorySegment target(long low, long offset) {
        MemorySegment[] all = segments;
        int region = MemifRing.region(low);
        if (region >= all.length) {
            return null;
        }
        MemorySegment segment = all[region];
        long bytes = MemifRing.length(low);
        return bytes == 0 || bytes > segment.byteSize() - offset ? null : segment;
    }

    /**
     * Places a frame in a chain of buffers, or drops one that can't be sent at all.
     *
     * @return slots used, NO_ROOM when there are not enough now, DROPPED or FAILED
     */
    private int putLong(MemifRing r, int index, int free, Packet packet, int bytes) {
        if (bytes > frameBytesMax || bytes < EthernetHeader.BYTES) {
            counters.drops.unsent(
                    bytes > frameBytesMax ? DeviceDrop.OVERSIZE : DeviceDrop.RUNT, bytes);
            return DROPPED;
        }
        int slots = planChain(r, index, free, bytes);
        if (slots == NO_ROOM && free == r.size()) {
            counters.drops.unsent(DeviceDrop.OVERSIZE, bytes);
            return DROPPED;
        }
        if (slots <= 0) {
            return slots;
        }
        int mask = r.size() - 1;
        int at = 0;
        for (int i = 0; i < slots; i++) {
            int slot = (index + i) & mask;
            long low = chainLow[i];
            int part = (int) Math.min(MemifRing.length(low), bytes - at);
            int region = MemifRing.region(low);
            packet.copyOut(at, segments[region], chainOffset[i], part);
            int flags = i + 1 < slots ? MemifRing.FLAG_NEXT : 0;
            r.descriptorLow(slot, MemifRing.low(flags, region, part));
            r.descriptorHigh(slot, chainOffset[i]);
            at += part;
        }
        return slots;
    }

    /**
     * Reads as many buffers as the frame needs, each descriptor once, and changes none: when there
     * are too few, they have to be found as they were.
     */
    private int planChain(MemifRing r, int index, int free, int bytes) {
        int mask = r.size() - 1;
        long left = bytes;
        for (int i = 0; i < free; i++) {
            int slot = (index + i) & mask;
            if (client) {
                chainLow[i] = MemifRing.low(0, 0, bufferBytes);
                chainOffset[i] = buffersOffset + (long) slot * strideBytes;
            } else {
                long low = r.descriptorLow(slot);
                long offset = MemifRing.offset(r.descriptorHigh(slot));
                if (target(low, offset) == null) {
                    fail(MemifDrop.BAD_BUFFER);
                    return FAILED;
                }
                chainLow[i] = low;
                chainOffset[i] = offset;
            }
            left -= MemifRing.length(chainLow[i]);
            if (left <= 0) {
                return i + 1;
            }
        }
        return NO_ROOM;
    }

    private void fail(MemifDrop reason) {
        counters.drop(reason);
        MemifLink l = link;
        if (l != null) {
            l.fail(reason);
        }
        detach();
    }
}
