package dev.ringroad.core.linux;

import java.util.BitSet;
import java.util.List;

/**
 * Plain facts on this machine, as {@code /proc} and {@code /sys} tell them; what they do not tell
 * is empty.
 */
public final class Machine {
    private Machine() {}

    /** Bytes of memory that the kernel has, hugepages included; 0 when not told. */
    public static long memoryBytes() {
        String total = KernelText.field("/proc/meminfo", "MemTotal");
        return KernelText.numberOf(total.replace("kB", "").strip(), 0) << 10;
    }

    /** NUMA nodes with memory or CPUs. */
    public static BitSet numaNodes() {
        return KernelText.list("/sys/devices/system/node/online");
    }

    /** CPUs of one NUMA node. */
    public static BitSet cpusOfNode(int numaNode) {
        return KernelText.list("/sys/devices/system/node/node" + numaNode + "/cpulist");
    }

    /** CPUs that are up. */
    public static BitSet onlineCpus() {
        return KernelText.list("/sys/devices/system/cpu/online");
    }

    /** CPUs that the scheduler leaves to those who pin threads there ({@code isolcpus}). */
    public static BitSet isolatedCpus() {
        return KernelText.list("/sys/devices/system/cpu/isolated");
    }

    /**
     * When ordinary memory becomes huge by itself: {@code always}, {@code madvise} or {@code
     * never}.
     */
    public static String transparentHugepages() {
        return KernelText.chosen("/sys/kernel/mm/transparent_hugepage/enabled");
    }

    /** The sysctl {@code vm.overcommit_memory}: 0 by guess, 1 always, 2 never; -1 when not told. */
    public static int overcommitMode() {
        return (int) KernelText.number("/proc/sys/vm/overcommit_memory", -1);
    }

    /** What the kernel reads time from, such as {@code tsc}. */
    public static String clockSource() {
        return KernelText.read("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    }

    /**
     * The kernel's switch for io_uring: 0 allowed, 1 for a group only, 2 forbidden; -1 when not
     * told.
     */
    public static int ioUringDisabled() {
        return (int) KernelText.number("/proc/sys/kernel/io_uring_disabled", -1);
    }

    /** Groups of devices that an IOMMU keeps apart; empty without an IOMMU. */
    public static List<String> iommuGroups() {
        return KernelText.names("/sys/kernel/iommu_groups");
    }

    /** Network interfaces of this network namespace. */
    public static List<String> networkInterfaces() {
        return KernelText.names("/sys/class/net");
    }

    /** The processor's name. */
    public static String cpuModel() {
        for (String line : KernelText.read("/proc/cpuinfo").split("\n")) {
            if (line.startsWith("model name")) {
                return line.substring(line.indexOf(':') + 1).strip();
            }
        }
        return "";
    }

    /** Bytes of memory that programs can still take. */
    public static long availableBytes() {
        String line = KernelText.field("/proc/meminfo", "MemAvailable");
        return KernelText.numberOf(line.replace("kB", "").strip(), 0) << 10;
    }
}
