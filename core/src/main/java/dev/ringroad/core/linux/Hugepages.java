package dev.ringroad.core.linux;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The hugepages of one size, of the whole machine or of one NUMA node.
 *
 * @param pageBytes the size of one
 * @param numaNode the node, or {@link #WHOLE_MACHINE}
 * @param total how many the kernel keeps
 * @param free how many of these nobody has taken
 */
public record Hugepages(long pageBytes, int numaNode, long total, long free) {
    /** Stands for the sum of all nodes. */
    public static final int WHOLE_MACHINE = -1;

    private static final String PREFIX = "hugepages-";
    private static final String SUFFIX = "kB";

    /** All sizes that the kernel knows, small ones first, of the whole machine. */
    public static List<Hugepages> ofMachine() {
        return in("/sys/kernel/mm/hugepages", WHOLE_MACHINE);
    }

    /**
     * All sizes that the kernel knows, small ones first, of one node; empty when there is no such
     * node.
     */
    public static List<Hugepages> ofNode(int numaNode) {
        return in("/sys/devices/system/node/node" + numaNode + "/hugepages", numaNode);
    }

    private static List<Hugepages> in(String folder, int numaNode) {
        List<Hugepages> found = new ArrayList<>();
        for (String name : KernelText.names(folder)) {
            if (name.startsWith(PREFIX) && name.endsWith(SUFFIX)) {
                String digits = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
                String base = folder + "/" + name + "/";
                found.add(
                        new Hugepages(
                                KernelText.numberOf(digits, 0) << 10,
                                numaNode,
                                KernelText.number(base + "nr_hugepages", 0),
                                KernelText.number(base + "free_hugepages", 0)));
            }
        }
        found.sort(Comparator.comparingLong(Hugepages::pageBytes));
        return List.copyOf(found);
    }
}
