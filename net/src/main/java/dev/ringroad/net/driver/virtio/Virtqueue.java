package dev.ringroad.net.driver.virtio;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.VirtioFeature;
import dev.ringroad.net.virtio.VirtioNetHeader;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A virtqueue as its driver sees it: buffers are given to the device and come back.
 *
 * <p>Each buffer takes one descriptor, header and frame being one piece of memory; a chained packet
 * is named by a table of descriptors or has been copied into one piece. So there are as many
 * identities as slots, and the identities that are free can be kept in a ring of their own: {@code
 * order[given]} is the next to give, {@code order[taken]} is where the one that came back last is
 * put. While a device gives back in order, and every real one does, that ring never changes, and
 * neither does what split rings have of it in shared memory.
 *
 * <p>The device is not trusted. {@code lent} says by identity which buffer is with the device; what
 * comes back must be there, and is struck off, so nothing is taken twice.
 */
abstract sealed class Virtqueue permits SplitQueue, PackedQueue {

    /** What {@link #take} says of a device that breaks the rules; {@link #fault} tells which. */
    static final int BROKEN = -1;

    /** What {@link #next} says when nothing has come back. */
    static final long NOTHING = -1;

    /** What {@link #next} says when something impossible has come back. */
    static final long IMPOSSIBLE = -2;

    private static final int NOBODY = -1;
    private static final int BYTES_SHIFT = 32;
    private static final int ID_BITS = 16;
    private static final int ID_MASK = 0xFFFF;

    final MemorySegment memory;
    final int size;
    final int mask;
    final QueueMemory place;
    final int[] order;
    final boolean events;
    int given;
    int taken;

    private final int[] lent;
    private final boolean inOrder;
    private final int writableBytes;

    /** With {@link #inOrder}: up to where the device has said that buffers are back. */
    private int batchEnd;

    private long batchBytes;
    private @Nullable VirtioDrop fault;

    /**
     * @param writableBytes of each buffer that the device writes into, its header included; 0 when
     *     the device reads
     * @param features that were agreed: {@link VirtioFeature#IN_ORDER}, that the device gives back
     *     in order and may then speak of the last buffer of several only, and {@link
     *     VirtioFeature#EVENT_IDX}, that each end says from which position on it wants to be woken
     */
    Virtqueue(QueueMemory place, int writableBytes, long features) {
        this.place = place;
        this.memory = place.memory();
        this.size = place.size();
        this.mask = size - 1;
        this.writableBytes = writableBytes;
        this.inOrder = VirtioFeature.IN_ORDER.in(features);
        this.events = VirtioFeature.EVENT_IDX.in(features);
        order = new int[size];
        Arrays.setAll(order, i -> i);
        lent = new int[size];
        Arrays.fill(lent, NOBODY);
    }

    /** The buffer of something that came back, see {@link #take}. */
    static int bufferIndex(long returned) {
        return (int) returned;
    }

    /** How many bytes the device says it has written, its header included: unsigned 32 bits. */
    static long bytes(long returned) {
        return returned >>> BYTES_SHIFT;
    }

    /** How many buffers are with the device. */
    final int lentCount() {
        return given - taken;
    }

    /** How many more it can be given. */
    final int room() {
        return size - (given - taken);
    }

    /** Bytes of each buffer that the device writes into. */
    final int writableBytes() {
        return writableBytes;
    }

    /** What the device did wrong. */
    final VirtioDrop fault() {
        return fault == null ? VirtioDrop.UNKNOWN_BUFFER : fault;
    }

    /**
     * Takes buffers that have come back.
     *
     * @param into {@link #bufferIndex} and {@link #bytes} of each
     * @param max how many at the most
     * @return how many, or {@link #BROKEN}
     */
    final int take(long[] into, int max) {
        if (fault != null) {
            return BROKEN;
        }
        return inOrder ? takeInOrder(into, max) : takeAny(into, max);
    }

    private int takeAny(long[] into, int max) {
        int[] with = lent;
        int[] ids = order;
        int n = 0;
        while (n < max) {
            long element = next();
            if (element < 0) {
                return end(element, n);
            }
            int id = (int) element & ID_MASK;
            int buffer = with[id];
            if (buffer == NOBODY) {
                return end(impossible(VirtioDrop.UNKNOWN_BUFFER), n);
            }
            with[id] = NOBODY;
            int at = taken & mask;
            if (ids[at] != id) {
                ids[at] = id;
                reordered(at, id);
            }
            taken++;
            into[n++] = buffer | element >>> ID_BITS << BYTES_SHIFT;
        }
        return n;
    }

    /** Identities are positions here, as none ever overtakes another. */
    private int takeInOrder(long[] into, int max) {
        int[] with = lent;
        int n = 0;
        while (n < max) {
            if (taken == batchEnd) {
                long element = next();
                if (element < 0) {
                    return end(element, n);
                }
                int skipped = ((int) element & ID_MASK) - taken & mask;
                if (skipped >= announced()) {
                    return end(impossible(VirtioDrop.UNKNOWN_BUFFER), n);
                }
                batchEnd = taken + skipped + 1;
                batchBytes = element >>> ID_BITS;
            }
            int id = taken & mask;
            taken++;
            // Buffers that are not spoken of have been used to their end (section 2.7.9).
            long bytes = taken == batchEnd ? batchBytes : writableBytes;
            into[n++] = with[id] | bytes << BYTES_SHIFT;
            with[id] = NOBODY;
        }
        return n;
    }

    /** Whether buffers are left of several that came back at once. */
    final boolean isInBatch() {
        return inOrder && taken != batchEnd;
    }

    /** What came before something impossible is good; that itself is told next time. */
    private static int end(long element, int count) {
        return element == NOTHING || count > 0 ? count : BROKEN;
    }

    /** Notes a fault, after which nothing is taken any more. */
    final long impossible(VirtioDrop reason) {
        fault = reason;
        return IMPOSSIBLE;
    }

    /** What {@link #next} returns for a buffer. */
    static long returned(int id, long bytes) {
        return id | bytes << ID_BITS;
    }

    /** The device's address of the header before a packet's data. */
    static long headerAddress(Packet packet) {
        return QueueMemory.deviceAddress(packet.offset() - VirtioNetHeader.BYTES);
    }

    /** The identity that the next buffer gets. */
    final int nextId() {
        return order[given & mask];
    }

    /** Notes that a buffer goes to the device under the next identity, which it returns. */
    final int lend(Packet packet) {
        int id = order[given & mask];
        lent[id] = packet.bufferIndex();
        given++;
        return id;
    }

    /** Bytes of the packets that are with the device. */
    final long lentBytes(PacketPool pool) {
        long bytes = 0;
        for (int buffer : lent) {
            if (buffer != NOBODY) {
                bytes += pool.at(buffer).totalLength();
            }
        }
        return bytes;
    }

    /**
     * Takes all buffers from the device, which must not be asked any more, and releases them.
     *
     * @return how many there were
     */
    final int releaseAll(PacketPool pool) {
        int count = 0;
        for (int id = 0; id < size; id++) {
            if (lent[id] != NOBODY) {
                pool.at(lent[id]).release();
                lent[id] = NOBODY;
                count++;
            }
        }
        taken = given;
        batchEnd = given;
        return count;
    }

    /**
     * The next buffer that has come back: its identity in bits 0 to 15, below the size; the bytes
     * written in 16 to 47. Or {@link #NOTHING}, or {@link #IMPOSSIBLE}, with the fault noted.
     */
    abstract long next();

    /** How many buffers, {@link #next} being the first, may have come back at the most. */
    abstract int announced();

    /** An identity has come back before another: it will be given at that position next. */
    abstract void reordered(int position, int id);

    /** Whether something has come back that {@link #take} would find. */
    abstract boolean hasReturned();

    /**
     * Gives packets of a pool for the device to write into, {@link #publish}ed later.
     *
     * @param count of packets, no more than there is {@link #room}
     * @return how many there were in the pool
     */
    abstract int giveEmpty(PacketPool pool, int count);

    /**
     * Gives packets for the device to read, each with a header before its data, {@link #publish}ed
     * later.
     *
     * @param begin where the packets begin that are given, no more than there is {@link #room}
     * @param end where they end
     */
    abstract void give(Packet[] packets, int begin, int end);

    /**
     * Gives one packet for the device to read, by a table of descriptors, {@link #publish}ed later.
     *
     * @param table the device's address of it
     * @param bytes of the table
     */
    abstract void giveTable(Packet packet, long table, int bytes);

    /** Shows the device what it was given. */
    abstract void publish();

    /** Whether the device wants to be told of what was published since this was last asked. */
    abstract boolean kickWanted();

    /**
     * Asks the device for an interrupt when something comes back. Whoever does so looks at {@link
     * #hasReturned} again afterwards.
     */
    abstract void armInterrupt();

    /** Says that no interrupt is wanted. */
    abstract void disarmInterrupt();
}
