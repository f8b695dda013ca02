package dev.ringroad.core.linux;

import java.util.List;

/**
 * What an IOMMU can be told.
 *
 * @param pageSizes a bit for each size of page that it knows
 * @param ranges the addresses that may be given out, in ascending order
 * @param mappingsMax how many mappings there may be now; {@link Long#MAX_VALUE} when nobody counts
 */
public record IommuLimits(long pageSizes, List<IovaRange> ranges, long mappingsMax) {
    public IommuLimits {
        ranges = List.copyOf(ranges);
    }
}
