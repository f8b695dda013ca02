package dev.ringroad.core.pci.vfio;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.Limits;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciTree;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Why VFIO refuses, as the kernel's files tell it, and what to do. */
final class VfioTrouble {
    private static final int HOLDERS_MAX = 4;
    private static final String BIND = "ringroad pci bind ";

    private final PciTree tree;
    private final Path proc;

    VfioTrouble(PciTree tree, Path proc) {
        this.tree = tree;
        this.proc = proc;
    }

    /** Whether a driver is one that hands functions on to programs. */
    static boolean isVfio(String driver) {
        return driver.equals("vfio-pci")
                || driver.endsWith("-vfio-pci")
                || driver.endsWith("_vfio_pci");
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
                String who = holders(path);
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

    /** Who has a file open, as far as this user may see. */
    private String holders(String path) {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (found.size() < HOLDERS_MAX && hasOpen(process, path)) {
                    found.add("process " + process.getFileName() + command(process));
                }
            }
        } catch (IOException _) {
            return "";
        }
        return String.join(", ", found);
    }

    private static boolean hasOpen(Path process, String path) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path one : open) {
                if (Files.isSymbolicLink(one)
                        && Files.readSymbolicLink(one).toString().equals(path)) {
                    return true;
                }
            }
        } catch (IOException _) {
            return false; // another user's, or it has ended
        }
        return false;
    }

    private static String command(Path process) {
        try {
            return " (" + Files.readString(process.resolve("comm")).strip() + ")";
        } catch (IOException _) {
            return "";
        }
    }

    /** Other members of the group have drivers of the kernel's. */
    IOException notViable(int group, PciAddress address) {
        List<String> culprits = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        for (PciAddress member : tree.functionsOfGroup(group)) {
            Optional<String> driver = tree.driver(member);
            if (driver.isPresent() && !isHarmless(driver.get())) {
                culprits.add(member + " (" + driver.get() + ")");
                addresses.add(member.toString());
            }
        }
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

    // drivers/vfio/group.c and the drivers that claim to need no memory of their own.
    private static boolean isHarmless(String driver) {
        return isVfio(driver) || driver.equals("pci-stub") || driver.equals("pcieport");
    }

    /** The IOMMU driver does not take the container. */
    IOException ofIommu(SystemCallException e) {
        boolean unsafe =
                e.errno() == Errno.EPERM
                        && !tree.moduleParameter("vfio_iommu_type1", "allow_unsafe_interrupts")
                                .equals("Y");
        return unsafe
                ? explained(
                        e,
                        "the IOMMU does not check interrupts, so a device could forge them; use a"
                                + " machine with interrupt remapping, or accept that: echo Y"
                                + " >/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts")
                : explained(e, "see the kernel's log (dmesg) about vfio and iommu");
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
