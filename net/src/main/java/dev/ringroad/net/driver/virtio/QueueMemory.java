package dev.ringroad.net.driver.virtio;

import dev.ringroad.net.virtio.PackedRing;
import dev.ringroad.net.virtio.SplitRing;

import java.lang.foreign.MemorySegment;

/**
 * Where the parts of a virtqueue lie in the memory that is shared with the device.
 *
 * <p>Each part begins on a cache line, so that what the device writes is never in a line of ours.
 * The room suits either kind of ring: which it is depends on what the device can.
 *
 * @param memory that is shared, all of it
 * @param size of the ring, a power of two
 * @param descriptorsAt where the descriptors begin
 * @param driverAt of the available ring, or of the driver's event structure
 * @param deviceAt of the used ring, or of the device's event structure
 */
record QueueMemory(
        MemorySegment memory, int size, long descriptorsAt, long driverAt, long deviceAt) {

    /**
     * What the device takes for the address of the first byte of the memory. Any will do as long as
     * both ends use the same; the true one is nobody's business.
     */
    static final long DEVICE_BASE = 1L << 32;

    private static final int LINE_BYTES = 64;

    /** Lays a queue out from an offset on. */
    static QueueMemory at(MemorySegment memory, long offset, int size) {
        long driver = offset + descriptorsBytes(size);
        return new QueueMemory(memory, size, offset, driver, driver + driverBytes(size));
    }

    /** Bytes of a whole queue. */
    static long byteSize(int size) {
        return descriptorsBytes(size) + driverBytes(size) + lines(SplitRing.usedBytes(size));
    }

    private static long descriptorsBytes(int size) {
        return lines(PackedRing.descriptorsBytes(size));
    }

    private static long driverBytes(int size) {
        return lines(SplitRing.availableBytes(size));
    }

    private static long lines(long bytes) {
        return (bytes + LINE_BYTES - 1) & -LINE_BYTES;
    }

    /** Zeroes it: what a former device left here is not for the next. */
    void clear() {
        memory.asSlice(descriptorsAt, byteSize(size)).fill((byte) 0);
    }

    /** The device's address of a byte of the memory. */
    static long deviceAddress(long offset) {
        return DEVICE_BASE + offset;
    }
}
