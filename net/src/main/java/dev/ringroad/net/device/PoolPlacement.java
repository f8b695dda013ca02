package dev.ringroad.net.device;

import dev.ringroad.core.memory.NumaNodes;
import dev.ringroad.core.memory.PageSize;
import dev.ringroad.core.memory.Placement;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Where a device's packets lie, as its spec says:
 *
 * <pre>
 *   pages=1G|2M|4K    the largest pages to take; smaller ones when there are none (2M)
 *   node=N            the NUMA node to take them from (the adapter's, where it has one)
 * </pre>
 *
 * <p>What was obtained is in the counter {@code DEVICE.pool.page-kib}.
 *
 * @param placement what was asked for, or the usual one
 * @param asked whether the spec had any of these options
 */
public record PoolPlacement(Placement placement, boolean asked) {

    private static final String PAGES = "pages";
    private static final String NODE = "node";

    /**
     * Takes the options from the spec of a device whose memory other devices may use too. The first
     * of them says where it is; the others say the same, or nothing.
     *
     * @param adapter the interface whose node is the usual one; null for none
     * @throws SpecException when a value is not allowed, or this machine has no such node
     */
    public static PoolPlacement takeShared(DeviceSpec spec, @Nullable String adapter) {
        boolean asked = spec.options().containsKey(PAGES) || spec.options().containsKey(NODE);
        return new PoolPlacement(take(spec, adapter), asked);
    }

    /**
     * Refuses what differs from the first device's.
     *
     * @param memory what the memory is called, for the message
     * @throws SpecException when it does
     */
    public void requireSameAs(PoolPlacement first, String memory) {
        if (asked && !placement.equals(first.placement)) {
            throw new SpecException(
                    memory
                            + " is there already, with other pages= or node=; leave them out, or say"
                            + " them where it is named first");
        }
    }

    /**
     * Takes the options from a spec.
     *
     * @param adapter the interface whose node is the usual one; null for none
     * @throws SpecException when a value is not allowed, or this machine has no such node
     */
    public static Placement take(DeviceSpec spec, @Nullable String adapter) {
        NumaNodes nodes = NumaNodes.here();
        String pages = spec.takeOneOf(PAGES, "2M", List.of("1G", "2M", "4K"));
        int usual = adapter == null ? NumaNodes.NONE : nodes.ofInterface(adapter);
        int node = spec.takeInt(NODE, usual, 0, Integer.MAX_VALUE);
        if (node >= 0 && !nodes.exists(node)) {
            throw spec.wrong(NODE, Integer.toString(node), "a NUMA node of this machine");
        }
        PageSize size =
                switch (pages) {
                    case "1G" -> PageSize.HUGE_1G;
                    case "2M" -> PageSize.HUGE_2M;
                    default -> PageSize.ORDINARY;
                };
        return new Placement(size, node, false);
    }
}
