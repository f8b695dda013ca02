package dev.ringroad.net.driver.memif;

import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * Receives by copying each frame out of the shared memory into a packet of the pool, as every
 * server does and a client that was not asked for zero-copy.
 *
 * <p>A server follows the head and moves the tail when it has taken frames. A client follows the
 * tail; it gives each buffer back at once, so its head is always a whole ring ahead of what it has
 * taken.
 *
 * <p>When the pool is empty, frames stay in the ring and the peer sees it fill up: nothing is lost
 * here. Once the copy is made nobody can change it, which is why the frame is checked by the layers
 * above only there.
 */
final class MemifCopyRxQueue implements MemifRxQueue {

    private static final MemorySegment[] NO_SEGMENTS = {};
    private static final int NONE = -1;

    private final PacketPool pool;
    private final MemifCounters counters;
    private final boolean client;
    private final int packetFlags;
    private final int frameBytesMax;

    private @Nullable MemifLink link;
    private @Nullable MemifRing ring;
    private MemorySegment[] segments = NO_SEGMENTS;
    private long buffersOffset;
    private int strideBytes;
    private int bufferBytes;
    private int nextIndex;
    private int seenIndex;
    private boolean mayShrink;

    /** The index of the packet that is being filled. */
    private int filling = NONE;

    /**
     * @param packetFlags set on every packet received
     */
    MemifCopyRxQueue(PacketPool pool, MemifCounters counters, boolean client, int packetFlags) {
        this.pool = pool;
        this.counters = counters;
        this.client = client;
        this.packetFlags = packetFlags;
        this.frameBytesMax = pool.dataBytesMax();
    }

    @Override
    public void attach(MemifLink newLink) {
        MemifRing newRing = newLink.receive().ring();
        segments = newLink.segments();
        mayShrink = newLink.mayShrink();
        nextIndex = 0;
        seenIndex = 0;
        MemifLink.OwnBuffers own = newLink.ownBuffers();
        if (own != null) {
            buffersOffset = own.receiveOffset();
            strideBytes = own.strideBytes();
            bufferBytes = own.bytes();
            for (int slot = 0; slot < newRing.size(); slot++) {
                giveBuffer(newRing, slot);
            }
            newRing.headRelease(newRing.size());
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
    }

    @Override
    public boolean hasWork() {
        MemifRing r = ring;
        return r != null
                && pool.available() > 0
                && filledIndex(r) != (nextIndex & MemifRing.INDEX_MASK);
    }

    @Override
    public boolean isStarved() {
        return ring != null && pool.available() == 0;
    }

    @Override
    public int receive(Burst into) {
        MemifRing r = ring;
        if (r == null) {
            return 0;
        }
        return mayShrink ? receiveWatched(r, into) : receive(r, into);
    }

    /**
     * Receives from memory that may go away under an access; see {@link SharedRegion#raiseFault}.
     */
    private int receiveWatched(MemifRing r, Burst into) {
        int begin = into.size();
        try {
            receive(r, into);
            SharedRegion.raiseFault();
        } catch (InternalError e) {
            fail(MemifDrop.MEMORY_GONE);
        }
        return into.size() - begin;
    }

    private int receive(MemifRing r, Burst into) {
        int filled = (seenIndex - nextIndex) & MemifRing.INDEX_MASK;
        // The peer's index is looked at only when what was seen of it does not fill the burst:
        // each look takes the cache line away from the peer, who has to fetch it back to store.
        if (filled < into.room()) {
            int seen = filledIndex(r);
            filled = (seen - nextIndex) & MemifRing.INDEX_MASK;
            if (filled > r.size()) {
                fail(MemifDrop.INDEX_JUMP);
                return 0;
            }
            seenIndex = seen;
        }
        return filled == 0 ? 0 : take(r, filled, into);
    }

    private int filledIndex(MemifRing r) {
        return client ? r.tailAcquire() : r.headAcquire();
    }

    private int take(MemifRing r, int filled, Burst into) {
        int begin = into.size();
        int mask = r.size() - 1;
        int index = nextIndex;
        int end = index + filled;
        Packet[] out = into.array();
        int n = begin;
        int last = begin + room(into, filled);
        try {
            while (index != end && n < last) {
                long low = r.descriptorLow(index & mask);
                if (MemifRing.hasNext(low)) {
                    into.size(n);
                    index = takeChain(r, index, end, into);
                    n = into.size();
                    filling = NONE;
                    continue;
                }
                Packet packet = takeOne(r, index & mask, low);
                if (packet != null) {
                    out[n++] = packet;
                    filling = NONE;
                }
                index++;
            }
        } catch (InternalError e) {
            fail(MemifDrop.MEMORY_GONE);
            releaseHalfFilled();
        }
        into.size(n);
        nextIndex = index & MemifRing.INDEX_MASK;
        if (ring != null) {
            if (client) {
                r.headRelease(index + r.size());
            } else {
                r.tailRelease(index);
            }
        }
        counters.received.add(n - begin);
        return n - begin;
    }

    /** A packet whose copy was interrupted is neither in the burst nor in the pool. */
    private void releaseHalfFilled() {
        if (filling != NONE) {
            pool.at(filling).release();
            filling = NONE;
        }
    }

    /** How many packets can be taken: what the burst holds, but never more than the pool has. */
    private int room(Burst into, int filled) {
        int room = into.room();
        int packets = pool.available();
        if (packets >= room) {
            return room;
        }
        if (packets < filled) {
            counters.drop(DeviceDrop.POOL_EMPTY);
        }
        return packets;
    }

    /** Copies a frame of one descriptor; null when it was dropped. The slot is done with. */
    private @Nullable Packet takeOne(MemifRing r, int slot, long low) {
        long bytes = MemifRing.length(low);
        long offset = client ? ownOffset(slot) : MemifRing.offset(r.descriptorHigh(slot));
        MemorySegment source = source(low);
        if (client) {
            giveBackLater(r, slot);
        }
        if (source == null
                || bytes < EthernetHeader.BYTES
                || bytes > frameBytesMax
                || bytes > room(source, offset)) {
            countDrop(source, bytes, offset);
            return null;
        }
        Packet packet = pool.acquire();
        if (packet == null) {
            return null;
        }
        filling = packet.bufferIndex();
        packet.append((int) bytes);
        MemorySegment.copy(source, offset, packet.segment(), packet.offset(), bytes);
        packet.setFlags(packetFlags);
        return packet;
    }

    /**
     * Gathers a frame of several descriptors into one packet.
     *
     * @return the index behind the chain; where the published descriptors end when the chain does
     *     not end before that
     */
    private int takeChain(MemifRing r, int begin, int end, Burst into) {
        int mask = r.size() - 1;
        Packet packet = pool.acquire();
        boolean good = packet != null;
        filling = packet == null ? NONE : packet.bufferIndex();
        boolean more = true;
        int index = begin;
        while (more && index != end) {
            int slot = index & mask;
            long low = r.descriptorLow(slot);
            more = MemifRing.hasNext(low);
            long offset = client ? ownOffset(slot) : MemifRing.offset(r.descriptorHigh(slot));
            if (packet != null && good) {
                good = append(packet, low, offset);
            }
            if (client) {
                giveBackLater(r, slot);
            } else if (more) {
                clearNext(r, slot, low);
            }
            index++;
        }
        if (packet != null) {
            finishChain(packet, good, more, into);
        }
        return index;
    }

    /** Appends one descriptor's bytes to a frame; false when that was dropped. */
    private boolean append(Packet packet, long low, long offset) {
        MemorySegment source = source(low);
        long bytes = MemifRing.length(low);
        if (source == null || bytes > room(source, offset) || bytes > packet.tailroom()) {
            countDrop(source, bytes, offset);
            return false;
        }
        long target = packet.offset() + packet.length();
        packet.append((int) bytes);
        MemorySegment.copy(source, offset, packet.segment(), target, bytes);
        return true;
    }

    private void finishChain(Packet packet, boolean good, boolean cut, Burst into) {
        if (good && !cut && packet.length() >= EthernetHeader.BYTES) {
            packet.setFlags(packetFlags);
            into.add(packet);
            return;
        }
        if (good && cut) {
            counters.drop(MemifDrop.CUT_CHAIN);
        } else if (good) {
            counters.drop(DeviceDrop.RECEIVED_BROKEN);
        }
        filling = NONE;
        packet.release();
    }

    /**
     * Ends the chain in the descriptor itself: DPDK's copying client sets the flag when it chains
     * and never takes it back, so the slot's next frame would seem to go on.
     */
    private static void clearNext(MemifRing r, int slot, long low) {
        r.descriptorLow(slot, low & ~(long) MemifRing.FLAG_NEXT);
    }

    /** The memory a descriptor names: a client knows its own, a server looks it up. */
    private @Nullable MemorySegment source(long low) {
        MemorySegment[] all = segments;
        int region = client ? 0 : MemifRing.region(low);
        return region < all.length ? all[region] : null;
    }

    /** How many bytes can be read at an offset; negative beyond the end. */
    private long room(MemorySegment source, long offset) {
        return client ? bufferBytes : source.byteSize() - offset;
    }

    private void countDrop(@Nullable MemorySegment source, long bytes, long offset) {
        if (source == null) {
            counters.drop(MemifDrop.UNKNOWN_REGION);
        } else if (bytes > room(source, offset)) {
            counters.drop(client ? MemifDrop.BEYOND_BUFFER : MemifDrop.OUTSIDE_REGION);
        } else if (bytes < EthernetHeader.BYTES) {
            counters.drop(DeviceDrop.RECEIVED_BROKEN);
        } else {
            counters.drop(DeviceDrop.RECEIVED_TOO_LONG);
        }
    }

    private long ownOffset(int slot) {
        return buffersOffset + (long) slot * strideBytes;
    }

    /** Makes a buffer empty again; it is the peer's with the next release of the head. */
    private void giveBackLater(MemifRing r, int slot) {
        r.descriptorLow(slot, MemifRing.low(0, 0, bufferBytes));
    }

    private void giveBuffer(MemifRing r, int slot) {
        giveBackLater(r, slot);
        r.descriptorHigh(slot, ownOffset(slot));
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
