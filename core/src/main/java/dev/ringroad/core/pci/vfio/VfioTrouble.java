package dev.ringroad.core.pci.vfio;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.FileHolders;
import dev.ringroad.core.linux.Limits;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciTree;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Why VFIO refuses, as the kernel's files tell it, and what to do. */
final class VfioTrouble {
    private static final String BIND = "ringroad pci bind ";
    private static final String UNSAFE_INTERRUPTS = "allow_unsafe_interrupts";

    private final PciTree tree;
    private final Path proc;

    VfioTrouble(PciTree tree, Path proc) {
        this.tree = tree;
        this.proc = proc;
    }

    /** The function is not there. */
    IOException noFunction(PciAddress address) {
        return trouble(
                "There is no PCI function " + address, "see ringroad pci list for those there are");
    }

    /** The kernel's own driver has it, or none. */
    IOException notBound(PciAddress address, Optional<String> driver) {
        return trouble(
                driver.isPresent()
                        ? address + " belongs to the driver " + driver.get() + " and not to VFIO"
                        : address + " has no driver, so VFIO does not have it",
                "as root: " + BIND + address);
    }

    /** It is in no group, so no IOMMU is in front of it. */
    IOException noGroup(PciAddress address) {
        return tree.hasIommu()
                ? trouble(
                        address + " is behind no IOMMU, although this machine uses one",
                        "put the card into another slot")
                : trouble(
                        "No IOMMU is in use here, so VFIO cannot keep " + address + " in bounds",
                        "enable it in the firmware (VT-d, AMD-Vi) and boot with intel_iommu=on, or"
                                + " give up its protection with vfio-noiommu:"
                                + address);
    }

    /** The container's file does not open. */
    static IOException ofContainer(SystemCallException e) {
        return switch (e.errno()) {
            case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
                    explained(
                            e,
                            "load the module (modprobe vfio-pci); a container needs"
                                    + " --device /dev/vfio");
            case Errno.EACCES, Errno.EPERM ->
                    explained(e, "let this user read and write " + pathOf(e) + " (chmod 666)");
            default -> e;
        };
    }

    /** {@code /dev/iommu} does not open. */
    static IOException ofIommuFile(SystemCallException e) {
        return switch (e.errno()) {
            case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
                    explained(e, "load the module (modprobe iommufd)");
            default -> ofDevice(e);
        };
    }

    /** The group's file does not open. */
    IOException ofGroup(SystemCallException e, PciAddress address) {
        String path = pathOf(e);
        return switch (e.errno()) {
            case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
                    explained(
                            e,
                            "bind the function first ("
                                    + BIND
                                    + address
                                    + "); a container needs --device "
                                    + path);
            case Errno.EBUSY -> {
                String who = String.join(", ", FileHolders.of(proc, Path.of(path)));
                yield explained(
                        e,
                        "a group has one owner at a time; end "
                                + (who.isEmpty() ? "the program that has it" : who));
            }
            case Errno.EACCES, Errno.EPERM ->
                    explained(e, "as root: chown USER " + path + ", or run as root");
            default -> e;
        };
    }

    /** Other members of the group have drivers of the kernel's. */
    IOException notViable(int group, PciAddress address) {
        List<PciAddress> obstacles = VfioDrivers.obstacles(tree, group);
        List<String> addresses = obstacles.stream().map(PciAddress::toString).toList();
        List<String> culprits =
                obstacles.stream()
                        .map(one -> one + " (" + tree.driver(one).orElse("no driver now") + ")")
                        .toList();
        return trouble(
                "Group "
                        + group
                        + " of "
                        + address
                        + " is not viable: the kernel still drives "
                        + (culprits.isEmpty() ? "a member of it" : String.join(", ", culprits))
                        + ", which the IOMMU cannot keep apart from it",
                culprits.isEmpty()
                        ? "see ringroad pci list for the group's members"
                        : "bind these too ("
                                + BIND
                                + String.join(" ", addresses)
                                + "), or use a slot with a group of its own");
    }

    /** The IOMMU driver does not take the container. */
    IOException ofIommu(SystemCallException e) {
        return isUnsafe(e, "vfio_iommu_type1")
                ? unsafe(e, "vfio_iommu_type1")
                : explained(e, "see the kernel's log (dmesg) about vfio and iommu");
    }

    private boolean isUnsafe(SystemCallException e, String module) {
        return e.errno() == Errno.EPERM
                && !tree.moduleParameter(module, UNSAFE_INTERRUPTS).equals("Y");
    }

    private static IOException unsafe(SystemCallException e, String module) {
        return explained(
                e,
                "the IOMMU does not check interrupts, so a device could forge them; use a machine"
                        + " with interrupt remapping, or accept that: echo Y >/sys/module/"
                        + module
                        + "/parameters/"
                        + UNSAFE_INTERRUPTS);
    }

    /**
     * The device's own file does not open, or {@code /dev/iommu} does not take it: for reasons that
     * a group's status would tell.
     */
    IOException ofDeviceByItself(SystemCallException e, int group, PciAddress address) {
        boolean refused = e.errno() == Errno.EBUSY || e.errno() == Errno.EPERM;
        if (refused && !VfioDrivers.obstacles(tree, group).isEmpty()) {
            return notViable(group, address);
        }
        return isUnsafe(e, "iommufd") ? unsafe(e, "iommufd") : ofDevice(e);
    }

    /** The kernel has no driver for this kind of IOMMU. */
    static IOException noType1() {
        return trouble(
                "VFIO has no driver of type 1 for this machine's IOMMU",
                "load it (modprobe vfio_iommu_type1)");
    }

    /** The device's own descriptor cannot be had. */
    static IOException ofDevice(SystemCallException e) {
        return switch (e.errno()) {
            case Errno.ENODEV, Errno.ENXIO ->
                    explained(e, "the function left VFIO in the meantime; see ringroad pci list");
            case Errno.EBUSY -> explained(e, "another program has it; end that one");
            case Errno.EINVAL ->
                    explained(e, "see the kernel's log (dmesg) about the function and vfio");
            case Errno.EACCES, Errno.EPERM ->
                    explained(e, "run as root, or get the right to " + pathOf(e));
            default -> e;
        };
    }

    /** Memory cannot be mapped for a device. */
    static IOException ofMapping(SystemCallException e, long bytes) {
        return switch (e.errno()) {
            case Errno.ENOMEM -> explained(e, lockedRemedy(bytes));
            case Errno.ENOSPC ->
                    explained(
                            e,
                            "there are too many mappings; map fewer and larger regions, or raise"
                                    + " the parameter dma_entry_limit of vfio_iommu_type1");
            case Errno.EINVAL ->
                    explained(e, "the IOMMU does not translate these addresses; see dmesg");
            default -> e;
        };
    }

    private static String lockedRemedy(long bytes) {
        String limit;
        try {
            long soft = Limits.lockedBytes().soft();
            limit = soft == Limits.UNLIMITED ? "not limited" : "limited to " + soft + " bytes";
        } catch (SystemCallException _) {
            limit = "limited";
        }
        return "memory that devices reach is locked, which is "
                + limit
                + " here, and "
                + bytes
                + " more are wanted; raise it (ulimit -l unlimited, LimitMEMLOCK=infinity,"
                + " docker --ulimit memlock=-1), or free memory";
    }

    private static String pathOf(SystemCallException e) {
        String call = e.call();
        int begin = call.indexOf('(');
        return call.startsWith("open(") ? call.substring(begin + 1, call.length() - 1) : "it";
    }

    private static SystemCallException explained(SystemCallException e, String remedy) {
        SystemCallException explained = new SystemCallException(e.call(), e.errno(), remedy);
        explained.addSuppressed(e);
        return explained;
    }

    static IOException trouble(String what, String remedy) {
        return new IOException(what + ". Remedy: " + remedy + ".");
    }
}
