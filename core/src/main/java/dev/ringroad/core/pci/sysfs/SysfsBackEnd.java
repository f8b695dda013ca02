package dev.ringroad.core.pci.sysfs;

import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciBackEnd;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.core.pci.PciTree;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Functions by their files in {@code /sys/bus/pci/devices}, for machines without VFIO. Nothing
 * keeps such a function from any memory of the machine, so naming this back end is the consent to
 * that, and a warning says what it means each time. Needs root and hugepages; there are no
 * interrupts.
 */
public final class SysfsBackEnd implements PciBackEnd {
    private static final System.Logger LOG = System.getLogger("dev.ringroad.core.pci");
    private static final String NOT_TRANSLATED = "identity";

    private final PciTree tree;
    private final Path proc;

    /** That of this machine. */
    public SysfsBackEnd() {
        this(PciTree.here(), Path.of("/proc"));
    }

    /**
     * One with the kernel's files elsewhere.
     *
     * @param proc {@code /proc}
     */
    public SysfsBackEnd(PciTree tree, Path proc) {
        this.tree = tree;
        this.proc = proc;
    }

    @Override
    public String name() {
        return "sysfs";
    }

    @Override
    public List<PciAddress> functions() throws IOException {
        List<PciAddress> found = new ArrayList<>();
        for (PciAddress address : tree.functions()) {
            if (tree.driver(address).isEmpty() && !isTranslated(address)) {
                found.add(address);
            }
        }
        return found;
    }

    private boolean isTranslated(PciAddress address) {
        OptionalInt group = tree.iommuGroup(address);
        return group.isPresent() && !tree.groupType(group.getAsInt()).equals(NOT_TRANSLATED);
    }

    @Override
    public PciDevice open(PciAddress address) throws IOException {
        if (!tree.exists(address)) {
            throw new IOException(
                    "There is no PCI function "
                            + address
                            + ". Remedy: see ringroad pci list for those there are.");
        }
        Optional<String> driver = tree.driver(address);
        if (driver.isPresent()) {
            throw new IOException(
                    address
                            + " belongs to the kernel's driver "
                            + driver.get()
                            + ", and two drivers would destroy each other's work. Remedy: take it"
                            + " from that one first (ringroad pci bind "
                            + address
                            + " --driver none), or use VFIO.");
        }
        if (isTranslated(address)) {
            throw new IOException(
                    address
                            + " is behind an IOMMU, which knows nothing of the memory that this way"
                            + " gives it. Remedy: use VFIO (ringroad pci bind "
                            + address
                            + ").");
        }
        LOG.log(
                Level.WARNING,
                "{0} is opened through sysfs, without an IOMMU: a wrong address written to it"
                        + " overwrites any memory of this machine, the kernel''s too. VFIO with an"
                        + " IOMMU would keep it in bounds.",
                address);
        return SysfsPciDevice.open(address, tree, proc);
    }
}
