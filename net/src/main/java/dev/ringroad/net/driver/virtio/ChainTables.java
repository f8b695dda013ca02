package dev.ringroad.net.driver.virtio;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.RingDescriptor;
import dev.ringroad.net.virtio.VirtioNetHeader;

import java.lang.foreign.MemorySegment;

/**
 * Tables of descriptors for packets that lie in several buffers (virtio 1.2, sections 2.7.5.3 and
 * 2.8.8): one for each identity of a ring, in the memory that is shared with the device.
 *
 * <pre>
 *   table   | header and first part | second part | ... |
 * </pre>
 *
 * <p>In a split ring's table each descriptor but the last names the next; in a packed ring's they
 * just follow each other.
 */
final class ChainTables {

    /** A packet of more parts is copied. */
    static final int PARTS_MAX = 16;

    private static final long TABLE_BYTES = (long) PARTS_MAX * RingDescriptor.BYTES;

    private final MemorySegment memory;
    private final long begin;
    private final PacketPool pool;

    /**
     * @param begin of the tables in the memory, {@link #byteSize} long
     * @param pool whose packets the device can see
     */
    ChainTables(MemorySegment memory, long begin, PacketPool pool) {
        this.memory = memory;
        this.begin = begin;
        this.pool = pool;
    }

    /** Bytes of the tables for a ring. */
    static long byteSize(int size) {
        return size * TABLE_BYTES;
    }

    /** Whether a packet can be given by a table: the device sees all of it, and there is room. */
    boolean suits(Packet packet) {
        if (packet.headroom() < VirtioNetHeader.BYTES) {
            return false;
        }
        int parts = 0;
        for (Packet part = packet; part != null; part = part.next()) {
            if (part.pool() != pool || part.length() == 0 || ++parts > PARTS_MAX) {
                return false;
            }
        }
        return true;
    }

    /**
     * Writes the table of an identity.
     *
     * @param packet that {@link #suits}, its header before its data
     * @param packed whether the ring is
     * @return bytes of the table
     */
    int write(int id, Packet packet, boolean packed) {
        long at = begin + id * TABLE_BYTES;
        int entries = 1;
        Packet part = packet.next();
        RingDescriptor.address(memory, at, Virtqueue.headerAddress(packet));
        int bytes = VirtioNetHeader.BYTES + packet.length();
        RingDescriptor.second(memory, at, second(bytes, packed || part == null, entries));
        while (part != null) {
            at += RingDescriptor.BYTES;
            entries++;
            Packet next = part.next();
            RingDescriptor.address(memory, at, QueueMemory.deviceAddress(part.offset()));
            bytes = part.length();
            RingDescriptor.second(memory, at, second(bytes, packed || next == null, entries));
            part = next;
        }
        return entries * RingDescriptor.BYTES;
    }

    private static long second(int bytes, boolean last, int next) {
        return last
                ? RingDescriptor.split(bytes, 0, 0)
                : RingDescriptor.split(bytes, RingDescriptor.NEXT, next);
    }

    /** The device's address of the table of an identity. */
    long address(int id) {
        return QueueMemory.deviceAddress(begin + id * TABLE_BYTES);
    }
}
