package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.virtio.VhostUserException;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryRegion;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The memory that a front end shares, mapped. Descriptors name it by the guest's addresses, the
 * control messages by the front end's own.
 *
 * <p>A look-up selects the region that an address is in; most are in the region of the one before.
 * One thread at a time.
 */
final class GuestMemory implements AutoCloseable {

    /** How much is brought in at once, while whoever else is served here waits. */
    private static final long PRESENT_BYTES_MAX = 16L << 20;

    /** Where a range of addresses lies: {@code at} bytes into a segment. */
    record Place(MemorySegment segment, long at) {}

    private final MemoryRegion[] table;
    private final SharedRegion[] mapped;
    private final boolean mayShrink;

    private MemorySegment segment;
    private long guestBegin;
    private long bytes;
    private long fileOffset;

    private GuestMemory(List<MemoryRegion> table, List<SharedRegion> mapped) {
        this.table = table.toArray(MemoryRegion[]::new);
        this.mapped = mapped.toArray(SharedRegion[]::new);
        boolean sealed = true;
        for (SharedRegion region : mapped) {
            sealed &= region.keepsItsPages();
        }
        mayShrink = !sealed;
        segment = this.mapped[0].segment();
        select(0);
    }

    /**
     * Maps all regions.
     *
     * @param files of the regions, in their order; taken over, also when this throws
     * @param config that says which memory is taken, and how much
     * @throws VhostUserException if the table is wrong
     * @throws IOException if a file is not what the table says, or can't be mapped
     */
    static GuestMemory map(List<MemoryRegion> table, Deque<Descriptor> files, VhostConfig config)
            throws IOException {
        List<SharedRegion> mapped = new ArrayList<>();
        try {
            check(table, config);
            if (files.size() != table.size()) {
                throw new VhostUserException(
                        "A memory table of "
                                + table.size()
                                + " regions came with "
                                + files.size()
                                + " descriptors.");
            }
            long present = PRESENT_BYTES_MAX;
            for (MemoryRegion region : table) {
                // From the beginning of the file, as an offset need not be one of a page.
                long end = region.fileOffset() + region.bytes();
                Descriptor file = files.remove();
                mapped.add(
                        config.unsealedAllowed()
                                ? SharedRegion.map(file, end, present)
                                : SharedRegion.mapSealed(file, end, present));
                present -= Math.min(present, end);
            }
            return new GuestMemory(table, mapped);
        } catch (Throwable t) {
            mapped.forEach(SharedRegion::close);
            throw t;
        } finally {
            files.forEach(Descriptor::close);
            files.clear();
        }
    }

    private static void check(List<MemoryRegion> table, VhostConfig config)
            throws VhostUserException {
        long left = config.memoryBytesMax();
        for (int i = 0; i < table.size(); i++) {
            MemoryRegion region = table.get(i);
            if (region.bytes() <= 0 || region.fileOffset() < 0) {
                throw new VhostUserException(
                        "Region " + i + " of the memory table has no size, or no place in a file.");
            }
            // What lies before it in its file is mapped too.
            if (region.bytes() > left || region.fileOffset() > left - region.bytes()) {
                throw new VhostUserException(
                        "Region "
                                + i
                                + " brings the front end's memory to more than "
                                + config.memoryMibMax()
                                + " MiB. Remedy: memory-mib=N, if it is meant to have that much.");
            }
            left -= region.bytes() + region.fileOffset();
            if (wraps(region.guestAddress(), region.bytes())
                    || wraps(region.userAddress(), region.bytes())) {
                throw new VhostUserException(
                        "Region " + i + " of the memory table ends behind the last address.");
            }
            for (int j = 0; j < i; j++) {
                if (overlap(region, table.get(j))) {
                    throw new VhostUserException(
                            "Regions " + j + " and " + i + " of the memory table overlap.");
                }
            }
        }
    }

    private static boolean wraps(long begin, long bytes) {
        return Long.compareUnsigned(begin + bytes - 1, begin) < 0;
    }

    private static boolean overlap(MemoryRegion one, MemoryRegion other) {
        return overlap(one.guestAddress(), one.bytes(), other.guestAddress(), other.bytes())
                || overlap(one.userAddress(), one.bytes(), other.userAddress(), other.bytes());
    }

    private static boolean overlap(long a, long aBytes, long b, long bBytes) {
        return contains(a, aBytes, b, 1) || contains(b, bBytes, a, 1);
    }

    /** Whether a region, which does not wrap, has a whole range. */
    private static boolean contains(long begin, long bytes, long address, long wanted) {
        long at = address - begin;
        return wanted >= 0 && at >= 0 && at <= bytes - wanted;
    }

    /** Whether the front end could take memory away that is mapped here. */
    boolean mayShrink() {
        return mayShrink;
    }

    /**
     * Finds a range of the guest's addresses.
     *
     * @param wanted bytes, unsigned 32 bits
     * @return whether all of it lies in one region; {@link #segment} and {@link #at} tell where
     */
    boolean find(long guestAddress, long wanted) {
        return isNear(guestAddress, wanted) || search(guestAddress, wanted);
    }

    /** {@link #find} in the region where the last one was found, which stays selected. */
    boolean isNear(long guestAddress, long wanted) {
        long at = guestAddress - guestBegin;
        return at >= 0 && at <= bytes - wanted;
    }

    private boolean search(long guestAddress, long wanted) {
        for (int i = 0; i < table.length; i++) {
            MemoryRegion region = table[i];
            if (contains(region.guestAddress(), region.bytes(), guestAddress, wanted)) {
                select(i);
                return true;
            }
        }
        return false;
    }

    private void select(int i) {
        MemoryRegion region = table[i];
        segment = mapped[i].segment();
        guestBegin = region.guestAddress();
        bytes = region.bytes();
        fileOffset = region.fileOffset();
    }

    /** The segment of what {@link #find} has found. */
    MemorySegment segment() {
        return segment;
    }

    /** Where an address that {@link #find} has found lies in {@link #segment}. */
    long at(long guestAddress) {
        return guestAddress - guestBegin + fileOffset;
    }

    /**
     * Where a range of the front end's own addresses lies.
     *
     * @throws VhostUserException if it does not lie in one region, or is misaligned
     */
    Place place(String what, long userAddress, long wanted, int alignment)
            throws VhostUserException {
        for (int i = 0; i < table.length; i++) {
            MemoryRegion region = table[i];
            if (contains(region.userAddress(), region.bytes(), userAddress, wanted)) {
                long at = userAddress - region.userAddress() + region.fileOffset();
                if (at % alignment != 0) {
                    throw new VhostUserException(what + " is misaligned.");
                }
                return new Place(mapped[i].segment(), at);
            }
        }
        throw new VhostUserException(what + " does not lie in the front end's memory.");
    }

    @Override
    public void close() {
        for (SharedRegion region : mapped) {
            region.close();
        }
    }
}
