package dev.ringroad.core.pci.vfio;

import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciBackEnd;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.core.pci.PciTree;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Functions by VFIO without an IOMMU: interrupts and resets as with one, but no protection. Naming
 * this back end, or {@code -Dringroad.vfio.noiommu=true}, is the consent to that; a warning says
 * what it means each time. Needs a kernel with {@code CONFIG_VFIO_NOIOMMU}, the parameter {@code
 * enable_unsafe_noiommu_mode} of the module vfio, root, and hugepages.
 */
public final class NoIommuBackEnd implements PciBackEnd {
    /** Set to {@code true} by who consents without naming this back end. */
    public static final String CONSENT = "ringroad.vfio.noiommu";

    private static final System.Logger LOG = System.getLogger("dev.ringroad.core.pci");

    private final PciTree tree;
    private final Path proc;
    private final Path dev;

    /** That of this machine. */
    public NoIommuBackEnd() {
        this(PciTree.here(), Path.of("/proc"), Path.of("/dev"));
    }

    /** One with the kernel's files elsewhere. */
    NoIommuBackEnd(PciTree tree, Path proc, Path dev) {
        this.tree = tree;
        this.proc = proc;
        this.dev = dev;
    }

    static boolean isUnprotected(Path dev, int group) {
        return Files.exists(file(dev, group));
    }

    private static Path file(Path dev, int group) {
        return dev.resolve("vfio/noiommu-" + group);
    }

    @Override
    public String name() {
        return "vfio-noiommu";
    }

    @Override
    public List<PciAddress> functions() throws IOException {
        List<PciAddress> found = new ArrayList<>();
        for (PciAddress address : tree.functions()) {
            OptionalInt group = tree.iommuGroup(address);
            if (group.isPresent() && isUnprotected(dev, group.getAsInt())) {
                found.add(address);
            }
        }
        return found;
    }

    /** For the usual back end, which finds that there is no IOMMU. */
    PciDevice openIfAllowed(PciAddress address) throws IOException {
        if (!Boolean.getBoolean(CONSENT)) {
            throw VfioTrouble.trouble(
                    "No IOMMU keeps " + address + " in bounds, so it is not opened unasked",
                    "use a machine with an IOMMU, or accept that a wrong address given to the device"
                            + " overwrites any memory: -D"
                            + CONSENT
                            + "=true, or name it "
                            + name()
                            + ":"
                            + address);
        }
        return open(address);
    }

    @Override
    public PciDevice open(PciAddress address) throws IOException {
        if (!tree.exists(address)) {
            throw new VfioTrouble(tree, proc).noFunction(address);
        }
        OptionalInt group = tree.iommuGroup(address);
        if (group.isEmpty() || !isUnprotected(dev, group.getAsInt())) {
            throw VfioTrouble.trouble(
                    address + " cannot be had by VFIO without an IOMMU",
                    "as root: echo 1 >/sys/module/vfio/parameters/enable_unsafe_noiommu_mode, then"
                            + " ringroad pci bind "
                            + address
                            + "; the kernel needs CONFIG_VFIO_NOIOMMU");
        }
        LOG.log(
                Level.WARNING,
                "{0} runs without an IOMMU: a wrong address written to it overwrites any memory of"
                        + " this machine, the kernel''s too.",
                address);
        Path file = file(dev, group.getAsInt());
        VfioHold hold = VfioHold.acquire(file, null, address, tree, proc);
        return VfioBackEnd.open(address, hold, tree);
    }
}
