package dev.ringroad.core.linux;

import java.util.List;

/**
 * A part of what a {@link VfioDevice}'s descriptor gives access to ({@code struct
 * vfio_region_info}).
 *
 * @param byteSize 0 when the device does not have it
 * @param position where it begins in the descriptor
 * @param readable whether it can be read
 * @param writable whether it can be written
 * @param mappable whether it can be mapped at all
 * @param tableMappable whether the page with the table of MSI-X is mappable like others
 * @param areas which parts alone are mappable; empty when nothing was said about that
 */
public record VfioRegion(
        long byteSize,
        long position,
        boolean readable,
        boolean writable,
        boolean mappable,
        boolean tableMappable,
        List<Area> areas) {

    /**
     * A part of a region.
     *
     * @param offset in the region
     * @param byteSize of the part
     */
    public record Area(long offset, long byteSize) {}

    public VfioRegion {
        areas = List.copyOf(areas);
    }
}
