package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Address spaces for devices that are opened one by one ({@code /dev/iommu}, {@code
 * linux/iommufd.h}, Linux 6.2; devices of VFIO enter since 6.6). Any thread may use it.
 *
 * <pre>
 *   struct iommu_ioas_alloc           struct iommu_ioas_iova_ranges
 *   0       4        8          12    0      4         8           12         16      24          32
 *   | size  | flags  | ioas_id  |     | size | ioas_id | num_iovas | reserved | array | alignment |
 *
 *   struct iommu_ioas_map                                        struct iommu_ioas_unmap
 *   0      4       8         12         16      24     32    40  0      4         8      16       24
 *   | size | flags | ioas_id | reserved | vaddr | size | iova |  | size | ioas_id | iova | length |
 * </pre>
 */
public final class IommuFd implements AutoCloseable {
    // _IO(';', 0x80 + n)
    private static final long BASE = ';' << 8 | 0x80;
    private static final long IOAS_ALLOC = BASE + 1;
    private static final long IOAS_IOVA_RANGES = BASE + 4;
    private static final long IOAS_MAP = BASE + 5;
    private static final long IOAS_UNMAP = BASE + 6;
    private static final int ALLOC_BYTES = 12;
    private static final int RANGES_BYTES = 32;
    private static final int RANGE_BYTES = 16;
    private static final int RANGES_MAX = 256;
    private static final int MAP_BYTES = 40;
    private static final int UNMAP_BYTES = 24;
    private static final int FIXED_WRITABLE_READABLE = 7;

    private final Descriptor descriptor;

    private IommuFd(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens it.
     *
     * @param path {@code /dev/iommu}
     */
    public static IommuFd open(String path) throws SystemCallException {
        return new IommuFd(Descriptor.open(path, Descriptor.READ_WRITE, 0, ""));
    }

    /** A new address space, which lasts as long as this object. */
    public int allocate() throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = VfioRequest.structure(arena, ALLOC_BYTES);
            int result = Ioctl.call(descriptor, IOAS_ALLOC, request);
            Native.check(result, "ioctl(IOMMU_IOAS_ALLOC)", "");
            return request.get(JAVA_INT, 8);
        }
    }

    /** What may be mapped into a space, as the devices that have entered it allow. */
    public IommuLimits limits(int space) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment array = arena.allocate(RANGES_MAX * RANGE_BYTES, Long.BYTES);
            MemorySegment request = VfioRequest.structure(arena, RANGES_BYTES);
            request.set(JAVA_INT, 4, space);
            request.set(JAVA_INT, 8, RANGES_MAX);
            request.set(JAVA_LONG, 16, array.address());
            int result = Ioctl.call(descriptor, IOAS_IOVA_RANGES, request);
            if (result != -Errno.EMSGSIZE) { // of too many ranges the first ones will do
                Native.check(result, "ioctl(IOMMU_IOAS_IOVA_RANGES)", "");
            }
            int count = Math.min(request.get(JAVA_INT, 8), RANGES_MAX);
            List<IovaRange> ranges = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long at = (long) i * RANGE_BYTES;
                ranges.add(
                        new IovaRange(
                                array.get(JAVA_LONG, at), array.get(JAVA_LONG, at + Long.BYTES)));
            }
            long alignment = Math.max(request.get(JAVA_LONG, 24), Mappings.ORDINARY_PAGE_BYTES);
            return new IommuLimits(alignment, ranges, Long.MAX_VALUE);
        }
    }

    /** As {@link VfioContainer#map}. */
    public void map(int space, MemorySegment memory, long iova) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = VfioRequest.structure(arena, MAP_BYTES);
            request.set(JAVA_INT, 4, FIXED_WRITABLE_READABLE);
            request.set(JAVA_INT, 8, space);
            request.set(JAVA_LONG, 16, memory.address());
            request.set(JAVA_LONG, 24, memory.byteSize());
            request.set(JAVA_LONG, 32, iova);
            int result = Ioctl.call(descriptor, IOAS_MAP, request);
            String call =
                    "ioctl(IOMMU_IOAS_MAP, "
                            + memory.byteSize()
                            + " bytes at 0x"
                            + Long.toHexString(iova)
                            + ")";
            Native.check(result, call, "");
        }
    }

    /** As {@link VfioContainer#unmap}. */
    public void unmap(int space, long iova, long bytes) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = VfioRequest.structure(arena, UNMAP_BYTES);
            request.set(JAVA_INT, 4, space);
            request.set(JAVA_LONG, 8, iova);
            request.set(JAVA_LONG, 16, bytes);
            int result = Ioctl.call(descriptor, IOAS_UNMAP, request);
            Native.check(result, "ioctl(IOMMU_IOAS_UNMAP, " + bytes + " bytes)", "");
        }
    }

    /** To hand devices over with; it stays this object's. */
    Descriptor descriptor() {
        return descriptor;
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
