package dev.ringroad.core.pci.vfio;

import dev.ringroad.core.linux.IommuLimits;
import dev.ringroad.core.linux.IovaRange;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.memory.DmaSpace;
import dev.ringroad.core.memory.PageSize;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.core.pci.AddressAllocator;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Device addresses that an IOMMU translates: what was not mapped here, a device cannot touch,
 * whatever it is told.
 *
 * <p>Memory of a hugepage or more is allocated of such when there are any, and laid out so that the
 * IOMMU can use entries as large. The first mebibyte is not given out, since many devices take
 * address 0 for none, and so is what the platform keeps for itself, such as the window of
 * interrupts.
 */
final class TranslatedSpace implements DmaSpace {
    private static final long FIRST = 1 << 20;

    private final Translation table;
    private final AddressAllocator addresses;
    private final long pageBytes;
    private final int numaNode;
    private volatile boolean closed;

    /**
     * @param numaNode where memory is allocated, or -1 for anywhere
     */
    TranslatedSpace(Translation table, int numaNode) throws SystemCallException {
        this.table = table;
        this.numaNode = numaNode;
        IommuLimits limits = table.limits();
        this.pageBytes =
                Math.max(Long.lowestOneBit(limits.pageSizes()), Mappings.ORDINARY_PAGE_BYTES);
        this.addresses = new AddressAllocator(withoutBegin(limits.ranges()));
    }

    private static List<IovaRange> withoutBegin(List<IovaRange> ranges) {
        return ranges.stream()
                .map(
                        one ->
                                one.first() >= 0 && one.first() < FIRST
                                        ? new IovaRange(FIRST, one.last())
                                        : one)
                .toList();
    }

    @Override
    public DmaMemory allocate(String name, long bytes) throws IOException {
        boolean huge = bytes >= PageSize.HUGE_2M.bytes();
        Placement placement = huge ? Placement.preferHuge() : Placement.ordinary();
        long rounded = Math.addExact(bytes, pageBytes - 1) & -pageBytes;
        SharedRegion region = SharedRegion.allocate(name, rounded, placement.onNode(numaNode));
        try {
            return map(region, region::close);
        } catch (Throwable t) {
            region.close();
            throw t;
        }
    }

    @Override
    public DmaMemory map(SharedRegion region) throws IOException {
        return map(region, () -> {});
    }

    private DmaMemory map(SharedRegion region, Runnable afterwards) throws IOException {
        MemorySegment memory = region.segment();
        long bytes = memory.byteSize();
        if (bytes % pageBytes != 0) {
            throw new IOException(
                    "A region of "
                            + bytes
                            + " bytes cannot be given to a device. Remedy: make it of whole pages,"
                            + " which have "
                            + pageBytes
                            + " bytes here.");
        }
        long alignment = Math.max(pageBytes, region.pageSize().bytes());
        long iova = addresses.allocate(bytes, alignment);
        if (iova == AddressAllocator.NONE) {
            throw new IOException(
                    "The IOMMU has no "
                            + bytes
                            + " consecutive addresses left for the device. Remedy: give it smaller"
                            + " pieces, or close what is no longer used.");
        }
        try {
            table.map(memory, iova);
        } catch (SystemCallException e) {
            addresses.release(iova, bytes);
            throw VfioTrouble.ofMapping(e, bytes);
        }
        AtomicBoolean done = new AtomicBoolean();
        return DmaMemory.contiguous(
                memory,
                iova,
                () -> {
                    if (done.compareAndSet(false, true)) {
                        unmap(iova, bytes);
                        afterwards.run();
                    }
                });
    }

    private void unmap(long iova, long bytes) {
        if (closed) {
            return; // the mappings went with the devices
        }
        try {
            table.unmap(iova, bytes);
        } catch (SystemCallException e) {
            // Then the device may still reach it, so nobody else may have these pages.
            throw new IllegalStateException("Memory could not be taken from a device.", e);
        }
        addresses.release(iova, bytes);
    }

    /** Says that all mappings have ended, because the devices are gone. */
    void close() {
        closed = true;
    }
}
