package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * An address space that groups of devices are put into ({@code /dev/vfio/vfio}, {@code
 * linux/vfio.h}). Closing it ends all its mappings, when the groups have gone. Any thread may use
 * it.
 *
 * <pre>
 *   struct vfio_iommu_type1_info                        struct vfio_iommu_type1_dma_map
 *   0        4        8                16        20     0        4        8       16      24      32
 *   | argsz  | flags  | iova_pgsizes   | cap_off |      | argsz  | flags  | vaddr | iova  | size  |
 *
 *   struct vfio_iommu_type1_info_cap_iova_range         struct vfio_iommu_type1_dma_unmap
 *   0        8          12         16                   0        4        8       16      24
 *   | header | nr_iovas | reserved | start, end ... |   | argsz  | flags  | iova  | size  |
 * </pre>
 */
public final class VfioContainer implements AutoCloseable {
    /** {@code VFIO_TYPE1v2_IOMMU}: mappings are unmapped as they were mapped. */
    public static final int TYPE1_V2 = 3;

    /** {@code VFIO_NOIOMMU_IOMMU}: no translation and no protection. */
    public static final int NO_IOMMU = 8;

    private static final int API_VERSION = 0;
    private static final int GET_API_VERSION = 0;
    private static final int CHECK_EXTENSION = 1;
    private static final int SET_IOMMU = 2;
    private static final int IOMMU_GET_INFO = 12;
    private static final int IOMMU_MAP_DMA = 13;
    private static final int IOMMU_UNMAP_DMA = 14;

    private static final int INFO_BYTES = 24;
    private static final int INFO_PAGE_SIZES = 8;
    private static final int INFO_CAPABILITIES = 16;
    private static final int FLAG_PAGE_SIZES = 1;
    private static final int FLAG_CAPABILITIES = 2;
    private static final int CAPABILITY_RANGES = 1;
    private static final int CAPABILITY_AVAILABLE = 3;
    private static final int RANGES = 16;
    private static final int RANGE_BYTES = 16;
    private static final int MAP_BYTES = 32;
    private static final int UNMAP_BYTES = 24;
    private static final int READ_AND_WRITE = 3;

    private final Descriptor descriptor;

    private VfioContainer(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Makes an empty one.
     *
     * @param path {@code /dev/vfio/vfio}
     */
    public static VfioContainer open(String path) throws SystemCallException {
        Descriptor opened = Descriptor.open(path, Descriptor.READ_WRITE, 0, "");
        int version = Ioctl.call(opened, VfioRequest.number(GET_API_VERSION), 0);
        if (version != API_VERSION) {
            opened.close();
            throw new SystemCallException(
                    "ioctl(VFIO_GET_API_VERSION, " + path + ")",
                    version < 0 ? -version : Errno.ENOSYS,
                    "use a kernel whose VFIO has version " + API_VERSION);
        }
        return new VfioContainer(opened);
    }

    /** Whether the kernel has an IOMMU driver of that type. */
    public boolean supports(int type) {
        return Ioctl.call(descriptor, VfioRequest.number(CHECK_EXTENSION), type) > 0;
    }

    /** Chooses the IOMMU driver, once a group is in the container. */
    public void use(int type) throws SystemCallException {
        int result = Ioctl.call(descriptor, VfioRequest.number(SET_IOMMU), type);
        Native.check(result, "ioctl(VFIO_SET_IOMMU, " + type + ")", "");
    }

    /** What may be mapped, once the driver is chosen. */
    public IommuLimits limits() throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment question = VfioRequest.structure(arena, INFO_BYTES);
            MemorySegment info =
                    VfioRequest.ask(
                            arena,
                            descriptor,
                            IOMMU_GET_INFO,
                            "ioctl(VFIO_IOMMU_GET_INFO)",
                            question);
            int flags = info.get(JAVA_INT, VfioRequest.FLAGS);
            boolean sizes = (flags & FLAG_PAGE_SIZES) != 0;
            boolean chain = (flags & FLAG_CAPABILITIES) != 0;
            int first = chain ? info.get(JAVA_INT, INFO_CAPABILITIES) : 0;
            int available = VfioRequest.capability(info, first, CAPABILITY_AVAILABLE);
            return new IommuLimits(
                    sizes ? info.get(JAVA_LONG, INFO_PAGE_SIZES) : Mappings.ORDINARY_PAGE_BYTES,
                    ranges(info, VfioRequest.capability(info, first, CAPABILITY_RANGES)),
                    available == 0
                            ? Long.MAX_VALUE
                            : Integer.toUnsignedLong(
                                    info.get(
                                            JAVA_INT_UNALIGNED,
                                            available + VfioRequest.CAPABILITY_HEADER_BYTES)));
        }
    }

    // Capabilities begin at multiples of four. Kernels before 5.4 do not tell; then the lower half
    // of what 48 bits reach is the custom.
    private static List<IovaRange> ranges(MemorySegment info, int at) {
        if (at == 0) {
            return List.of(new IovaRange(0, (1L << 47) - 1));
        }
        List<IovaRange> ranges = new ArrayList<>();
        int count = info.get(JAVA_INT_UNALIGNED, at + VfioRequest.CAPABILITY_HEADER_BYTES);
        long from = (long) at + RANGES;
        for (int i = 0; i < count && from + RANGE_BYTES <= info.byteSize(); i++) {
            ranges.add(
                    new IovaRange(
                            info.get(JAVA_LONG_UNALIGNED, from),
                            info.get(JAVA_LONG_UNALIGNED, from + Long.BYTES)));
            from += RANGE_BYTES;
        }
        return ranges;
    }

    /**
     * Lets all devices of the container read and write memory of this process, whose pages stay
     * where they are until {@link #unmap}.
     *
     * @param memory whole pages
     * @param iova where the devices find it
     */
    public void map(MemorySegment memory, long iova) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = VfioRequest.structure(arena, MAP_BYTES);
            request.set(JAVA_INT, VfioRequest.FLAGS, READ_AND_WRITE);
            request.set(JAVA_LONG, 8, memory.address());
            request.set(JAVA_LONG, 16, iova);
            request.set(JAVA_LONG, 24, memory.byteSize());
            int result = Ioctl.call(descriptor, VfioRequest.number(IOMMU_MAP_DMA), request);
            String call =
                    "ioctl(VFIO_IOMMU_MAP_DMA, "
                            + memory.byteSize()
                            + " bytes at 0x"
                            + Long.toHexString(iova)
                            + ")";
            Native.check(result, call, "");
        }
    }

    /** Undoes {@link #map}: no device reaches the memory once this returns. */
    public void unmap(long iova, long bytes) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = VfioRequest.structure(arena, UNMAP_BYTES);
            request.set(JAVA_LONG, 8, iova);
            request.set(JAVA_LONG, 16, bytes);
            int result = Ioctl.call(descriptor, VfioRequest.number(IOMMU_UNMAP_DMA), request);
            Native.check(result, "ioctl(VFIO_IOMMU_UNMAP_DMA, " + bytes + " bytes)", "");
        }
    }

    /** To hand groups over with; it stays this object's. */
    Descriptor descriptor() {
        return descriptor;
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
