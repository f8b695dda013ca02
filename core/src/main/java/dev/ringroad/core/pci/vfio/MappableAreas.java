package dev.ringroad.core.pci.vfio;

import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.VfioRegion;
import dev.ringroad.core.linux.VfioRegion.Area;
import dev.ringroad.core.pci.MsixCapability;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which parts of a region can be mapped: those that the kernel names, or all of it, except for the
 * pages of the table of MSI-X unless the kernel says that these may be too (Linux 4.16).
 */
final class MappableAreas {
    private static final long PAGE = Mappings.ORDINARY_PAGE_BYTES;

    private MappableAreas() {}

    /**
     * The parts, in order; none when all has to be read and written by calls.
     *
     * @param index which base address register the region is behind
     * @param msix the function's, which is not trusted
     */
    static List<Area> of(VfioRegion region, int index, Optional<MsixCapability> msix) {
        long size = region.byteSize();
        if (!region.mappable()) {
            return List.of();
        }
        if (!region.areas().isEmpty()) {
            return region.areas().stream().filter(area -> isInside(area, size)).toList();
        }
        MsixCapability table = msix.filter(one -> one.tableBar() == index).orElse(null);
        if (table == null || region.tableMappable()) {
            return List.of(new Area(0, size));
        }
        long begin = Math.min(size, table.tableOffset() & -PAGE);
        long end = table.tableOffset() + table.tableBytes();
        long behind = Math.min(size, (end + PAGE - 1) & -PAGE);
        List<Area> areas = new ArrayList<>();
        if (begin > 0) {
            areas.add(new Area(0, begin));
        }
        if (behind < size) {
            areas.add(new Area(behind, size - behind));
        }
        return areas;
    }

    private static boolean isInside(Area area, long size) {
        return area.byteSize() > 0
                && area.offset() >= 0
                && area.offset() % PAGE == 0
                && area.byteSize() <= size - area.offset();
    }
}
