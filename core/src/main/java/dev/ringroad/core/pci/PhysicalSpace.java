package dev.ringroad.core.pci;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.IovaRange;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.memory.DmaSpace;
import dev.ringroad.core.memory.PageSize;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The machine's own addresses, where no IOMMU is in between: a device that is told a wrong one
 * overwrites whatever is there.
 *
 * <p>Only locked hugepages keep their place. Small pieces share one, so that a queue does not cost
 * 2 MiB; a piece of more than a page is given if the kernel's free hugepages happen to lie side by
 * side. Addresses come from {@code /proc/self/pagemap} ({@code
 * Documentation/admin-guide/mm/pagemap.rst}), whose numbers only root sees. Any thread may use it.
 */
public final class PhysicalSpace implements DmaSpace, AutoCloseable {
    private static final long PAGE = PageSize.ORDINARY.bytes();
    private static final long CHUNK = PageSize.HUGE_2M.bytes();
    private static final long FRAME_MASK = (1L << 55) - 1;
    private static final long PRESENT = 1L << 63;
    private static final String HUGEPAGES =
            "reserve hugepages at boot or early (sysctl vm.nr_hugepages=512)";

    private final Path proc;
    private final int numaNode;
    private final List<Chunk> chunks = new ArrayList<>();

    /** A hugepage that pieces are cut from. */
    private record Chunk(SharedRegion region, long address, AddressAllocator free) {}

    /**
     * @param proc {@code /proc}
     * @param numaNode where memory is taken from, or -1 for anywhere
     */
    public PhysicalSpace(Path proc, int numaNode) {
        this.proc = proc;
        this.numaNode = numaNode;
    }

    @Override
    public DmaMemory allocate(String name, long bytes) throws IOException {
        if (bytes <= 0) {
            throw new IllegalArgumentException("Memory has at least one byte, not " + bytes);
        }
        long rounded = PageSize.ORDINARY.roundUp(bytes);
        return rounded <= CHUNK ? piece(rounded) : whole(name, rounded);
    }

    private synchronized DmaMemory piece(long bytes) throws IOException {
        for (Chunk chunk : chunks) {
            long address = chunk.free().allocate(bytes, PAGE);
            if (address != AddressAllocator.NONE) {
                return cut(chunk, address, bytes);
            }
        }
        SharedRegion region = hugepages("ringroad-dma", CHUNK);
        try {
            long address = addresses(region, CHUNK)[0];
            IovaRange all = new IovaRange(address, address + CHUNK - 1);
            Chunk chunk = new Chunk(region, address, new AddressAllocator(List.of(all)));
            chunks.add(chunk);
            return cut(chunk, chunk.free().allocate(bytes, PAGE), bytes);
        } catch (Throwable t) {
            region.close();
            throw t;
        }
    }

    private static DmaMemory cut(Chunk chunk, long address, long bytes) {
        MemorySegment memory = chunk.region().segment().asSlice(address - chunk.address(), bytes);
        memory.fill((byte) 0);
        AtomicBoolean done = new AtomicBoolean();
        return DmaMemory.contiguous(
                memory,
                address,
                () -> {
                    if (done.compareAndSet(false, true)) {
                        chunk.free().release(address, bytes);
                    }
                });
    }

    private DmaMemory whole(String name, long bytes) throws IOException {
        SharedRegion region = hugepages(name, bytes);
        try {
            long[] addresses = addresses(region, CHUNK);
            for (int i = 1; i < addresses.length; i++) {
                if (addresses[i] != addresses[i - 1] + CHUNK) {
                    throw new IOException(
                            bytes
                                    + " bytes of memory do not lie together in this machine."
                                    + " Remedy: "
                                    + HUGEPAGES
                                    + ", or use VFIO, whose IOMMU joins pages.");
                }
            }
            return DmaMemory.contiguous(
                    region.segment().asSlice(0, bytes), addresses[0], region::close);
        } catch (Throwable t) {
            region.close();
            throw t;
        }
    }

    private SharedRegion hugepages(String name, long bytes) throws IOException {
        Placement huge = new Placement(PageSize.HUGE_2M, numaNode, true);
        return SharedRegion.allocate(name, bytes, huge);
    }

    /** Gives each page of the region its own address; only regions of hugepages keep them. */
    @Override
    public DmaMemory map(SharedRegion region) throws IOException {
        if (region.pageSize() == PageSize.ORDINARY) {
            throw new IOException(
                    "A region of ordinary pages does not keep its place in memory, so a device"
                            + " without an IOMMU cannot use it. Remedy: "
                            + HUGEPAGES
                            + ", or use VFIO.");
        }
        long pageBytes = region.pageSize().bytes();
        return DmaMemory.paged(region.segment(), addresses(region, pageBytes), pageBytes, () -> {});
    }

    private long[] addresses(SharedRegion region, long pageBytes) throws IOException {
        Mappings.lock(region.segment());
        int count = (int) ((region.byteSize() + pageBytes - 1) / pageBytes);
        long[] addresses = new long[count];
        String path = proc.resolve("self/pagemap").toString();
        try (Descriptor pagemap = Descriptor.open(path, Descriptor.READ_ONLY, 0, "run as root");
                Arena arena = Arena.ofConfined()) {
            MemorySegment entry = arena.allocate(ValueLayout.JAVA_LONG);
            for (int i = 0; i < count; i++) {
                long page = (region.segment().address() + i * pageBytes) / PAGE;
                int read = pagemap.readAt(page * Long.BYTES, entry, Long.BYTES);
                long said = entry.get(ValueLayout.JAVA_LONG, 0);
                if (read != Long.BYTES || (said & PRESENT) == 0 || (said & FRAME_MASK) == 0) {
                    throw new IOException(
                            path
                                    + " does not tell where a page of memory is. Remedy: run as"
                                    + " root, or with CAP_SYS_ADMIN and CAP_IPC_LOCK.");
                }
                addresses[i] = (said & FRAME_MASK) * PAGE;
            }
        }
        return addresses;
    }

    /** Gives back the hugepages that pieces were cut from; the pieces are no more. */
    @Override
    public synchronized void close() {
        chunks.forEach(chunk -> chunk.region().close());
        chunks.clear();
    }
}
