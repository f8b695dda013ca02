package dev.ringroad.core.memory;

import java.io.IOException;

/**
 * The addresses that a device may use: an IOMMU's domain, the machine's memory, or the memory of a
 * device model. Any thread may use it.
 */
public interface DmaSpace {
    /**
     * Allocates zeroed memory that the device reaches, at consecutive device addresses, the first
     * of which is a multiple of the ordinary page.
     *
     * @param name shown in /proc/PID/maps
     * @param bytes the least size; it is rounded up to whole pages
     * @return to be closed by the caller before the device is
     * @throws IOException when no such memory can be had; it says why and what to do
     */
    DmaMemory allocate(String name, long bytes) throws IOException;

    /**
     * Lets the device reach a whole region.
     *
     * @param region stays the caller's, and must not be closed before what is returned
     * @throws UnsupportedOperationException when the device reaches only what {@link #allocate}
     *     gives
     * @throws IOException when it was tried and refused; it says why and what to do
     */
    DmaMemory map(SharedRegion region) throws IOException;
}
