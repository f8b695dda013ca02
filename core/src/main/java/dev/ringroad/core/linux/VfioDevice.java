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
 * A device in our hands ({@code linux/vfio.h}). Any thread may use it.
 *
 * <pre>
 *   struct vfio_device_info                     struct vfio_region_info
 *   0        4        8        12       16      0        4        8        12        16      24      32
 *   | argsz  | flags  | regions| irqs   | cap|  | argsz  | flags  | index  | cap_off | size  | offset|
 *
 *   struct vfio_region_info_cap_sparse_mmap     struct vfio_irq_info
 *   0        8       12       16                0        4        8        12       16
 *   | header | areas |        | offset, size..| | argsz  | flags  | index  | count  |
 *
 *   struct vfio_irq_set                         struct vfio_device_bind_iommufd
 *   0        4        8      12      16     20  0        4        8         12       16
 *   | argsz  | flags  | index| start | count |..| argsz  | flags  | iommufd | devid  |
 * </pre>
 */
public final class VfioDevice implements AutoCloseable {
    /** {@code VFIO_PCI_CONFIG_REGION_INDEX}; 0 to 5 are the base address registers. */
    public static final int REGION_CONFIG = 7;

    /** {@code VFIO_PCI_MSIX_IRQ_INDEX}. */
    public static final int IRQ_MSIX = 2;

    /** {@code VFIO_PCI_REQ_IRQ_INDEX}: the kernel asks for the device back. */
    public static final int IRQ_REQUEST = 4;

    private static final int GET_INFO = 7;
    private static final int GET_REGION_INFO = 8;
    private static final int GET_IRQ_INFO = 9;
    private static final int SET_IRQS = 10;
    private static final int RESET = 11;
    private static final int BIND_IOMMUFD = 18;
    private static final int ATTACH_IOMMUFD_PT = 19;

    private static final int INFO_BYTES = 24;
    private static final int INFO_RESET = 1;
    private static final int INFO_PCI = 2;
    private static final int REGION_BYTES = 32;
    private static final int REGION_READ = 1;
    private static final int REGION_WRITE = 2;
    private static final int REGION_MMAP = 4;
    private static final int REGION_CAPABILITIES = 8;
    private static final int CAPABILITY_SPARSE = 1;
    private static final int CAPABILITY_MSIX_MAPPABLE = 3;
    private static final int AREAS = 16;
    private static final int AREA_BYTES = 16;
    private static final int IRQ_INFO_BYTES = 16;
    private static final int IRQ_EVENTFD = 1;
    private static final int IRQ_SET_BYTES = 20;
    private static final int DATA_NONE = 1;
    private static final int DATA_EVENTFD = 4;
    private static final int ACTION_TRIGGER = 32;
    private static final int BIND_BYTES = 16;
    private static final int ATTACH_BYTES = 12;

    private final Descriptor descriptor;

    VfioDevice(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens a device by itself (Linux 6.6 with {@code CONFIG_VFIO_DEVICE_CDEV}); of no use before
     * {@link #enter}.
     *
     * @param path such as {@code /dev/vfio/devices/vfio0}
     */
    public static VfioDevice open(String path) throws SystemCallException {
        return new VfioDevice(Descriptor.open(path, Descriptor.READ_WRITE, 0, ""));
    }

    /**
     * Hands the device to an address space of iommufd.
     *
     * @param space what {@link IommuFd#allocate} gave
     */
    public void enter(IommuFd owner, int space) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bind = VfioRequest.structure(arena, BIND_BYTES);
            bind.set(JAVA_INT, 8, owner.descriptor().number());
            int bound = Ioctl.call(descriptor, VfioRequest.number(BIND_IOMMUFD), bind);
            Native.check(bound, "ioctl(VFIO_DEVICE_BIND_IOMMUFD)", "");
            MemorySegment attach = VfioRequest.structure(arena, ATTACH_BYTES);
            attach.set(JAVA_INT, 8, space);
            int attached = Ioctl.call(descriptor, VfioRequest.number(ATTACH_IOMMUFD_PT), attach);
            Native.check(attached, "ioctl(VFIO_DEVICE_ATTACH_IOMMUFD_PT)", "");
        }
    }

    /** Whether it is a PCI function. */
    public boolean isPci() throws SystemCallException {
        return (flags() & INFO_PCI) != 0;
    }

    /** Whether {@link #reset} can be had. */
    public boolean resets() throws SystemCallException {
        return (flags() & INFO_RESET) != 0;
    }

    private int flags() throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = VfioRequest.structure(arena, INFO_BYTES);
            int result = Ioctl.call(descriptor, VfioRequest.number(GET_INFO), info);
            Native.check(result, "ioctl(VFIO_DEVICE_GET_INFO)", "");
            return info.get(JAVA_INT, VfioRequest.FLAGS);
        }
    }

    /**
     * What is known about a region.
     *
     * @param index 0 to 5, or {@link #REGION_CONFIG}
     */
    public VfioRegion region(int index) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment question = VfioRequest.structure(arena, REGION_BYTES);
            question.set(JAVA_INT, 8, index);
            String call = "ioctl(VFIO_DEVICE_GET_REGION_INFO, " + index + ")";
            MemorySegment info =
                    VfioRequest.ask(arena, descriptor, GET_REGION_INFO, call, question);
            int flags = info.get(JAVA_INT, VfioRequest.FLAGS);
            int first = (flags & REGION_CAPABILITIES) != 0 ? info.get(JAVA_INT, 12) : 0;
            return new VfioRegion(
                    info.get(JAVA_LONG, 16),
                    info.get(JAVA_LONG, 24),
                    (flags & REGION_READ) != 0,
                    (flags & REGION_WRITE) != 0,
                    (flags & REGION_MMAP) != 0,
                    VfioRequest.capability(info, first, CAPABILITY_MSIX_MAPPABLE) != 0,
                    areas(info, VfioRequest.capability(info, first, CAPABILITY_SPARSE)));
        }
    }

    // Capabilities begin at multiples of four.
    private static List<VfioRegion.Area> areas(MemorySegment info, int at) {
        List<VfioRegion.Area> areas = new ArrayList<>();
        if (at == 0) {
            return areas;
        }
        int count = info.get(JAVA_INT_UNALIGNED, at + VfioRequest.CAPABILITY_HEADER_BYTES);
        long from = (long) at + AREAS;
        for (int i = 0; i < count && from + AREA_BYTES <= info.byteSize(); i++) {
            areas.add(
                    new VfioRegion.Area(
                            info.get(JAVA_LONG_UNALIGNED, from),
                            info.get(JAVA_LONG_UNALIGNED, from + Long.BYTES)));
            from += AREA_BYTES;
        }
        return areas;
    }

    /** How many interrupts of a kind can be signalled through eventfds; 0 for none. */
    public int interruptCount(int index) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = VfioRequest.structure(arena, IRQ_INFO_BYTES);
            info.set(JAVA_INT, 8, index);
            int result = Ioctl.call(descriptor, VfioRequest.number(GET_IRQ_INFO), info);
            Native.check(result, "ioctl(VFIO_DEVICE_GET_IRQ_INFO, " + index + ")", "");
            boolean eventFds = (info.get(JAVA_INT, VfioRequest.FLAGS) & IRQ_EVENTFD) != 0;
            return eventFds ? info.get(JAVA_INT, 12) : 0;
        }
    }

    /**
     * Has each interrupt, from number 0 on, signal its eventfd; all others of the kind are off. The
     * kernel keeps what it needs of the eventfds.
     *
     * @param signals empty turns the kind off
     */
    public void interrupts(int index, List<EventFd> signals) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            int count = signals.size();
            MemorySegment set = VfioRequest.structure(arena, IRQ_SET_BYTES + count * Integer.BYTES);
            int data = count == 0 ? DATA_NONE : DATA_EVENTFD;
            set.set(JAVA_INT, VfioRequest.FLAGS, data | ACTION_TRIGGER);
            set.set(JAVA_INT, 8, index);
            set.set(JAVA_INT, 16, count);
            for (int i = 0; i < count; i++) {
                int number = signals.get(i).descriptor().number();
                set.set(JAVA_INT, IRQ_SET_BYTES + (long) i * Integer.BYTES, number);
            }
            int result = Ioctl.call(descriptor, VfioRequest.number(SET_IRQS), set);
            Native.check(result, "ioctl(VFIO_DEVICE_SET_IRQS, " + count + " interrupts)", "");
        }
    }

    /** Resets it, its configuration space excepted. */
    public void reset() throws SystemCallException {
        int result = Ioctl.call(descriptor, VfioRequest.number(RESET), 0);
        Native.check(result, "ioctl(VFIO_DEVICE_RESET)", "");
    }

    /** To read, write and map regions by their positions; it stays this object's. */
    public Descriptor descriptor() {
        return descriptor;
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
