package dev.ringroad.net.driver.vhost;

import dev.ringroad.net.virtio.RingDescriptor;

import org.jspecify.annotations.Nullable;

/** Follows the descriptors of one buffer through a packed ring, each read once. */
final class PackedChain {

    /** {@link #count} of a chain that does not end within the ring. */
    static final int ENDLESS = -1;

    private final PackedSide side;
    private final Pieces pieces;
    private int count;
    private int id;

    PackedChain(PackedSide side, Pieces pieces) {
        this.side = side;
        this.pieces = pieces;
    }

    /**
     * Adds a buffer to the pieces. Where its chain ends is found out also when it is a bad one.
     *
     * @param position of its first descriptor, which is available
     * @param firstSecond that descriptor's second half, as it was read
     * @return null, or why the buffer can't be taken
     */
    @Nullable VhostDrop add(int position, long firstSecond) {
        VhostDrop fault = null;
        int at = position;
        long second = firstSecond;
        for (int n = 1; n <= side.size; n++) {
            long address = RingDescriptor.address(side.descriptors(), side.at(at));
            int flags = RingDescriptor.packedFlags(second);
            if (fault == null) {
                fault = addOne(address, second, flags);
            }
            if ((flags & RingDescriptor.NEXT) == 0) {
                count = n;
                id = RingDescriptor.packedId(second);
                return fault;
            }
            at = at + 1 == side.size ? 0 : at + 1;
            second = RingDescriptor.second(side.descriptors(), side.at(at));
        }
        count = ENDLESS;
        return VhostDrop.ENDLESS_CHAIN;
    }

    private @Nullable VhostDrop addOne(long address, long second, int flags) {
        if ((flags & RingDescriptor.INDIRECT) == 0) {
            return pieces.add(address, second, flags);
        }
        // A table stands alone (virtio 1.2, section 2.8.21.1).
        boolean alone = (flags & RingDescriptor.NEXT) == 0;
        return alone ? pieces.addPackedTable(address, second) : VhostDrop.BAD_CHAIN;
    }

    /** How many descriptors the buffer has, or {@link #ENDLESS}. */
    int count() {
        return count;
    }

    /** The buffer's id, which its last descriptor has. */
    int id() {
        return id;
    }
}
