package dev.ringroad.core.memory;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.Memfd;
import dev.ringroad.core.linux.SystemCallException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory that can be shared with other processes and devices: a file in memory, mapped, its pages
 * present unless a limit was given for that.
 *
 * <p>The segment belongs to an arena of its own, so an access after {@link #close} throws {@link
 * IllegalStateException} instead of touching foreign memory. Closing costs tens of microseconds and
 * stops all threads for a moment; a region is for the life of a device or pool, never for one
 * buffer. Any thread may use the segment.
 */
public final class SharedRegion implements AutoCloseable {
    private static final String OUT_OF_PAGES =
            "free memory or ask for a smaller region; hugepages are reserved with the sysctl vm.nr_hugepages";

    private static final int OWN_SEALS = Memfd.SEAL_SHRINK | Memfd.SEAL_GROW | Memfd.SEAL_SEAL;

    private final Descriptor descriptor;
    private final Arena arena;
    private final MemorySegment segment;
    private final PageSize pageSize;

    private SharedRegion(
            Descriptor descriptor, Arena arena, MemorySegment segment, PageSize pageSize) {
        this.descriptor = descriptor;
        this.arena = arena;
        this.segment = segment;
        this.pageSize = pageSize;
    }

    /**
     * Allocates a new region, zeroed, sealed against any change of its size. Hugepages fall back to
     * smaller pages when the machine has none free, unless the placement requires them; {@link
     * #pageSize} tells what was taken.
     *
     * @param name shown in /proc/PID/maps
     * @param bytes the least size; it is rounded up to whole pages
     */
    public static SharedRegion allocate(String name, long bytes, Placement placement)
            throws SystemCallException {
        requirePositive(bytes);
        PageSize size = placement.preferred();
        while (true) {
            try {
                return allocatePages(name, bytes, size, placement.numaNode());
            } catch (SystemCallException e) {
                if (size == PageSize.ORDINARY || !isLackOfHugepages(e)) {
                    throw e;
                }
                if (placement.hugepagesRequired()) {
                    throw new SystemCallException(
                            e.call(),
                            e.errno(),
                            "reserve hugepages, such as: sysctl vm.nr_hugepages=512");
                }
                size = size.smaller();
            }
        }
    }

    // ENODEV and EINVAL: a page size that this machine does not have. EPERM: a cgroup forbids them.
    // EFAULT: the pages
    // were promised, but the node or cgroup has run out of them.
    private static boolean isLackOfHugepages(SystemCallException e) {
        return switch (e.errno()) {
            case Errno.ENOMEM,
                    Errno.ENODEV,
                    Errno.EINVAL,
                    Errno.EPERM,
                    Errno.EFAULT,
                    Errno.ENOSPC,
                    Errno.ENOSYS ->
                    !e.call().startsWith("mbind");
            default -> false;
        };
    }

    /**
     * As {@link #allocate}, for a region whose descriptor goes to a peer that is not trusted: it
     * {@link #keepsItsPages}. So hugepages are not those of hugetlbfs, which a peer could punch out
     * and use up elsewhere; the kernel is asked to join ordinary pages to hugepages of 2 MiB, and
     * they come apart again where a hole is punched.
     */
    public static SharedRegion allocateForPeers(String name, long bytes, Placement placement)
            throws SystemCallException {
        requirePositive(bytes);
        boolean joined = placement.preferred() != PageSize.ORDINARY;
        long size = (joined ? PageSize.HUGE_2M : PageSize.ORDINARY).roundUp(bytes);
        Descriptor memory = Memfd.create(name, PageSize.ORDINARY.bytes());
        try {
            Memfd.resize(memory, size);
            Memfd.seal(memory, OWN_SEALS);
            if (!joined) {
                return map(
                        memory,
                        size,
                        size,
                        PageSize.ORDINARY,
                        true,
                        placement.numaNode(),
                        Long.MAX_VALUE);
            }
            return mapJoined(memory, size, placement);
        } catch (Throwable t) {
            memory.close();
            throw t;
        }
    }

    private static SharedRegion mapJoined(Descriptor memory, long bytes, Placement placement)
            throws SystemCallException {
        long address = Mappings.mapAligned(memory, bytes, PageSize.HUGE_2M.bytes(), OUT_OF_PAGES);
        Mapped mapped = Mapped.of(address, bytes);
        try {
            if (placement.numaNode() >= 0) {
                Mappings.bindToNode(address, bytes, placement.numaNode());
            }
            int joined = Mappings.join(address, bytes);
            if (joined < 0 && placement.hugepagesRequired()) {
                throw new SystemCallException(
                        "madvise(join " + bytes + " bytes)",
                        -joined,
                        "this takes Linux 6.1 with transparent hugepages, and free memory");
            }
            PageSize pages = joined < 0 ? PageSize.ORDINARY : PageSize.HUGE_2M;
            bringIn(mapped, bytes, pages, true, bytes);
            return new SharedRegion(memory, mapped.arena(), mapped.segment(), pages);
        } catch (Throwable t) {
            mapped.arena().close();
            throw t;
        }
    }

    private static SharedRegion allocatePages(String name, long bytes, PageSize pages, int numaNode)
            throws SystemCallException {
        Descriptor memory = Memfd.create(name, pages.bytes());
        try {
            long size = pages.roundUp(bytes);
            Memfd.resize(memory, size);
            Memfd.seal(memory, OWN_SEALS);
            return map(memory, size, size, pages, true, numaNode, Long.MAX_VALUE);
        } catch (Throwable t) {
            memory.close();
            throw t;
        }
    }

    /**
     * Maps a region that somebody else has made. The region takes the descriptor over and closes
     * it, also when this method throws. The file must have {@code bytes} or more; when it can lose
     * pages later (see {@link #keepsItsPages}), an access to one that is gone throws {@link
     * InternalError}.
     */
    public static SharedRegion map(Descriptor file, long bytes) throws IOException {
        return adopt(file, bytes, Demand.NONE, Long.MAX_VALUE);
    }

    /**
     * As {@link #map(Descriptor, long)}, for a region whose size somebody else has chosen, to whom
     * this thread does not owe the time that all its pages take. It must be of memory ({@link
     * Memfd#isInMemory}): what happens at the first touch of another file's page is for whoever
     * serves that file to choose.
     *
     * @param presentBytesMax how much is brought in at once, from the beginning; the pages behind
     *     it come at their first touch
     */
    public static SharedRegion map(Descriptor file, long bytes, long presentBytesMax)
            throws IOException {
        return adopt(file, bytes, Demand.IN_MEMORY, presentBytesMax);
    }

    /**
     * As {@link #map(Descriptor, long, long)}, but refuses a file that its owner could shrink under
     * our hands.
     */
    public static SharedRegion mapSealed(Descriptor file, long bytes, long presentBytesMax)
            throws IOException {
        return adopt(file, bytes, Demand.SEALED, presentBytesMax);
    }

    private static SharedRegion adopt(
            Descriptor file, long bytes, Demand demand, long presentBytesMax) throws IOException {
        try {
            requirePositive(bytes);
            // First: a file server of the peer's might never answer what is asked next.
            require(demand, file);
            long present = Memfd.byteSize(file);
            if (present < bytes) {
                throw new IOException(
                        "The shared file has "
                                + present
                                + " bytes, but its region is said to have "
                                + bytes
                                + ". Remedy: the peer has to send the descriptor of the whole region.");
            }
            PageSize pages = pageSizeOf(Memfd.pageBytes(file));
            return map(file, bytes, pages.roundUp(bytes), pages, true, -1, presentBytesMax);
        } catch (InternalError e) {
            file.close();
            throw new IOException("The shared file lost pages while it was mapped.", e);
        } catch (Throwable t) {
            file.close();
            throw t;
        }
    }

    /** What is demanded of a file before anything else is asked of it. */
    private enum Demand {
        NONE,
        IN_MEMORY,
        SEALED
    }

    private static void require(Demand demand, Descriptor file) throws IOException {
        if (demand == Demand.SEALED && (Memfd.seals(file) & Memfd.SEAL_SHRINK) == 0) {
            throw new IOException(
                    "The shared file is not sealed against shrinking, so its owner could take mapped"
                            + " pages away. Remedy: the peer has to set F_SEAL_SHRINK.");
        }
        if (demand == Demand.IN_MEMORY && !Memfd.isInMemory(file)) {
            throw new IOException(
                    "The shared file is not in memory. Remedy: the peer has to share a memfd, or a"
                            + " file of tmpfs or hugetlbfs.");
        }
    }

    /**
     * Maps an ordinary file.
     *
     * @param create makes a new file with rights for its owner only, all its space reserved; an
     *     older file of that name is unlinked first, so that whoever has that one mapped keeps it
     */
    public static SharedRegion mapFile(Path path, long bytes, boolean create, boolean writable)
            throws IOException {
        requirePositive(bytes);
        if (create) {
            Files.deleteIfExists(path);
        }
        int flags = writable || create ? Descriptor.READ_WRITE : Descriptor.READ_ONLY;
        Descriptor file =
                Descriptor.open(
                        path.toString(), create ? flags | Descriptor.CREATE_NEW : flags, 0600, "");
        try {
            if (create) {
                Memfd.reserve(file, bytes);
            }
            long present = Memfd.byteSize(file);
            if (present < bytes) {
                throw new IOException(
                        path
                                + " has "
                                + present
                                + " bytes where at least "
                                + bytes
                                + " are needed");
            }
            return map(
                    file,
                    bytes,
                    PageSize.ORDINARY.roundUp(bytes),
                    PageSize.ORDINARY,
                    writable,
                    -1,
                    Long.MAX_VALUE);
        } catch (Throwable t) {
            file.close();
            throw t;
        }
    }

    private static SharedRegion map(
            Descriptor file,
            long bytes,
            long mappedBytes,
            PageSize pages,
            boolean writable,
            int numaNode,
            long presentBytesMax)
            throws SystemCallException {
        long address = Mappings.map(file, mappedBytes, writable, OUT_OF_PAGES);
        Mapped mapped = Mapped.of(address, mappedBytes);
        try {
            if (numaNode >= 0) {
                Mappings.bindToNode(address, mappedBytes, numaNode);
            }
            bringIn(mapped, bytes, pages, writable, presentBytesMax);
            MemorySegment segment = mapped.segment().asSlice(0, bytes);
            return new SharedRegion(
                    file, mapped.arena(), writable ? segment : segment.asReadOnly(), pages);
        } catch (Throwable t) {
            mapped.arena().close();
            throw t;
        }
    }

    /** A mapping, and the arena that it ends with. */
    private record Mapped(long address, Arena arena, MemorySegment segment) {

        @SuppressWarnings("MustBeClosedChecker") // the region owns the arena and closes it
        static Mapped of(long address, long bytes) {
            Arena arena = Arena.ofShared();
            try {
                return new Mapped(address, arena, segmentOf(address, bytes, arena));
            } catch (Throwable t) {
                Mappings.unmap(address, bytes);
                throw t;
            }
        }
    }

    private static void bringIn(
            Mapped mapped, long bytes, PageSize pages, boolean writable, long presentBytesMax)
            throws SystemCallException {
        long mappedBytes = mapped.segment().byteSize();
        // Rounded down: the one page too many could have a gigabyte.
        long present = Math.min(mappedBytes, presentBytesMax / pages.bytes() * pages.bytes());
        if (present > 0 && !Mappings.populate(mapped.address(), present, writable, OUT_OF_PAGES)) {
            touch(mapped.segment().asSlice(0, Math.min(bytes, present)), pages.bytes());
        }
    }

    // The one place in the house where an address becomes memory.
    @SuppressWarnings("restricted")
    static MemorySegment segmentOf(long address, long bytes, Arena arena) {
        return MemorySegment.ofAddress(address)
                .reinterpret(
                        bytes,
                        arena,
                        mapping -> Mappings.unmap(mapping.address(), mapping.byteSize()));
    }

    // Reads suffice to bring in the page; a write could disturb a peer's data.
    private static void touch(MemorySegment segment, long pageBytes) {
        long sum = 0;
        for (long at = 0; at < segment.byteSize(); at += pageBytes) {
            sum += segment.get(ValueLayout.JAVA_BYTE, at);
        }
        if (sum == Long.MIN_VALUE) {
            throw new AssertionError("A sum of bytes cannot be this small");
        }
        raiseFault();
    }

    private static PageSize pageSizeOf(long bytes) {
        for (PageSize size : PageSize.values()) {
            if (size.bytes() == bytes) {
                return size;
            }
        }
        return PageSize.ORDINARY;
    }

    private static void requirePositive(long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("A region has at least one byte, not " + bytes);
        }
    }

    /** The whole region; alive until {@link #close}. */
    public MemorySegment segment() {
        return segment;
    }

    /** Bytes of {@link #segment}. */
    public long byteSize() {
        return segment.byteSize();
    }

    /** The descriptor to pass to a peer; it stays the region's. */
    public Descriptor descriptor() {
        return descriptor;
    }

    /** The pages that the region is made of. */
    public PageSize pageSize() {
        return pageSize;
    }

    /**
     * Whether the kernel guarantees that each access finds a page while the region is mapped,
     * whatever other holders of its file do. What is in the page is another matter.
     *
     * <p>It does if the file is sealed against shrinking and of ordinary pages: where a hole is
     * punched, a zeroed page takes its place ({@code mm/shmem.c}; only with {@code
     * vm.overcommit_memory=2} it could be refused). In a hole in hugepages the access fails when
     * none is free ({@code fs/hugetlbfs/inode.c}), and only a seal against writing keeps holes from
     * being punched, which also keeps peers from mapping the file.
     */
    public boolean keepsItsPages() {
        int seals = Memfd.seals(descriptor);
        if ((seals & Memfd.SEAL_SHRINK) == 0) {
            return false;
        }
        if ((seals & (Memfd.SEAL_WRITE | Memfd.SEAL_FUTURE_WRITE)) != 0) {
            return true;
        }
        try {
            return Memfd.pageBytes(descriptor) == PageSize.ORDINARY.bytes();
        } catch (SystemCallException e) {
            return false;
        }
    }

    /**
     * Throws the {@link InternalError} of an access to memory that was gone, if there was one: to
     * be called behind accesses to a region that may lose pages (see {@link #keepsItsPages}).
     *
     * <p>The virtual machine does not throw it where the access was, but where the thread next
     * looks for requests of the virtual machine, which may be in a caller that knows nothing of
     * shared memory. Coming back from a native method is such a place, and asking for a lock is the
     * cheapest native method there is.
     */
    public static void raiseFault() {
        boolean ignored = Thread.holdsLock(SharedRegion.class);
    }

    /** Unmaps and closes; a second call does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
        descriptor.close();
    }
}
