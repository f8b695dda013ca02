package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Devices that an IOMMU cannot tell apart, and that go to one owner together ({@code
 * /dev/vfio/GROUP}, {@code linux/vfio.h}). It can be open once in the whole machine. Any thread may
 * use it.
 *
 * <pre>
 *   struct vfio_group_status
 *   0        4        8
 *   | argsz  | flags  |   flags: bit 0 viable, bit 1 in a container
 * </pre>
 */
public final class VfioGroup implements AutoCloseable {
    private static final int GET_STATUS = 3;
    private static final int SET_CONTAINER = 4;
    private static final int GET_DEVICE_FD = 6;
    private static final int STATUS_BYTES = 8;
    private static final int VIABLE = 1;

    private final Descriptor descriptor;

    private VfioGroup(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens it.
     *
     * @param path such as {@code /dev/vfio/12}
     */
    public static VfioGroup open(String path) throws SystemCallException {
        return new VfioGroup(Descriptor.open(path, Descriptor.READ_WRITE, 0, ""));
    }

    /** Whether no device of the group has a driver that is not VFIO's. */
    public boolean isViable() throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = VfioRequest.structure(arena, STATUS_BYTES);
            int result = Ioctl.call(descriptor, VfioRequest.number(GET_STATUS), status);
            Native.check(result, "ioctl(VFIO_GROUP_GET_STATUS)", "");
            return (status.get(JAVA_INT, VfioRequest.FLAGS) & VIABLE) != 0;
        }
    }

    /** Puts it into a container, where it stays until it is closed with all its devices. */
    public void enter(VfioContainer container) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocateFrom(JAVA_INT, container.descriptor().number());
            int result = Ioctl.call(descriptor, VfioRequest.number(SET_CONTAINER), number);
            Native.check(result, "ioctl(VFIO_GROUP_SET_CONTAINER)", "");
        }
    }

    /**
     * Takes a device of the group, once its container has an IOMMU driver.
     *
     * @param name as in {@code /sys/bus/pci/devices}
     */
    public VfioDevice device(String name) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            int result = Ioctl.call(descriptor, VfioRequest.number(GET_DEVICE_FD), text);
            String call = "ioctl(VFIO_GROUP_GET_DEVICE_FD, " + name + ")";
            return new VfioDevice(Descriptor.adopt(Native.check(result, call, "")));
        }
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
