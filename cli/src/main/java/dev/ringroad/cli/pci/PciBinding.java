package dev.ringroad.cli.pci;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.pci.PciUse.Weight;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciTree;
import dev.ringroad.core.pci.vfio.VfioDrivers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Moves a function from one driver to another ({@code driver_override} and {@code drivers_probe} of
 * {@code Documentation/ABI/testing/sysfs-bus-pci}), once it is sure that nothing is lost by it.
 */
final class PciBinding {
    /** The driver that is asked for when none is wanted. */
    static final String NO_DRIVER = "none";

    private static final int BRIDGES = 0x06;
    private static final String NOIOMMU = "enable_unsafe_noiommu_mode";

    private final PciTree tree;
    private final PciUses uses;
    private final Path dev;
    private final KernelWrites kernel;

    PciBinding(Roots roots, KernelWrites kernel) {
        this.tree = roots.tree();
        this.uses = new PciUses(roots);
        this.dev = roots.dev();
        this.kernel = kernel;
    }

    /** Refuses a function that must not move. */
    void check(PciAddress address, String driver, boolean force) {
        requireFunction(address);
        if (tree.identity(address).classCode() >>> 16 == BRIDGES) {
            throw Refusal.wrongUse(
                    address
                            + " is a "
                            + tree.identity(address).className()
                            + ", which others are behind; name the device itself.");
        }
        requireIdle(address, force);
        if (driver.equals(NO_DRIVER)) {
            return;
        }
        if (!Files.isDirectory(tree.sysfs().resolve("bus/pci/drivers").resolve(driver))) {
            throw Refusal.wrongUse(
                    "The kernel has no PCI driver "
                            + driver
                            + " at the moment; load it: modprobe "
                            + driver
                            + ".");
        }
        boolean unprotected = tree.moduleParameter("vfio", NOIOMMU).equals("Y");
        if (VfioDrivers.isVfio(driver) && tree.iommuGroup(address).isEmpty() && !unprotected) {
            throw Refusal.wrongUse(
                    address
                            + " is behind no IOMMU that is in use, and VFIO does not take it without;"
                            + " enable it in the firmware (VT-d, AMD-Vi) and boot with"
                            + " intel_iommu=on, or give up its protection: echo 1"
                            + " >/sys/module/vfio/parameters/"
                            + NOIOMMU
                            + ".");
        }
    }

    private void requireFunction(PciAddress address) {
        if (!tree.exists(address)) {
            throw Refusal.wrongUse(
                    "There is no PCI function "
                            + address
                            + "; ringroad pci list shows those there are.");
        }
    }

    private void requireIdle(PciAddress address, boolean force) {
        requireNoHolder(address);
        List<PciUse> found;
        List<String> claimed;
        try {
            found = uses.of(address);
            claimed = uses.claimed(address);
        } catch (IOException e) {
            throw Refusal.wrongUse(
                    "Whether "
                            + address
                            + " is in use cannot be found out, so it stays: "
                            + FileTrouble.words(e)
                            + ".");
        }
        for (PciUse use : found) {
            if (use.weight() == Weight.DATA) {
                throw Refusal.wrongUse(
                        address
                                + " is in use: "
                                + PciTable.printable(use.what())
                                + ". Unmount it first; --force does not change that.");
            }
        }
        if (!claimed.isEmpty()) {
            throw Refusal.wrongUse(
                    address
                            + " is in use: "
                            + String.join(", ", claimed)
                            + " is claimed by the kernel (a mount elsewhere, RAID, LVM, ZFS). Stop"
                            + " that first; --force does not change that.");
        }
        List<String> routes =
                found.stream()
                        .filter(use -> use.weight() == Weight.ROUTE)
                        .map(use -> PciTable.printable(use.what()))
                        .toList();
        if (!routes.isEmpty() && !force) {
            throw Refusal.wrongUse(
                    address
                            + " is in use: "
                            + String.join(", ", routes)
                            + ". Remove the routes first, or insist with --force and lose the"
                            + " connections.");
        }
    }

    // The kernel would wait in our write until the program closes the function.
    private void requireNoHolder(PciAddress address) {
        List<String> holders = uses.holders(address);
        if (!holders.isEmpty()) {
            throw Refusal.wrongUse(
                    address
                            + " is in use by "
                            + String.join(", ", holders)
                            + "; end the program first.");
        }
    }

    /**
     * Gives a function that {@link #check} let pass to a driver.
     *
     * @return what was done and what is still to do, in sentences
     */
    String bind(PciAddress address, String driver) {
        Optional<String> before = tree.driver(address);
        if (before.isPresent() && before.get().equals(driver)) {
            return address + " belongs to " + driver + " already." + advice(address, driver);
        }
        if (driver.equals(NO_DRIVER)) {
            release(address);
            return address + " has no driver now.";
        }
        write(address, "driver_override", driver);
        try {
            release(address);
            probe(address);
        } catch (Refusal refusal) {
            restore(address);
            throw refusal;
        }
        if (!tree.driver(address).equals(Optional.of(driver))) {
            restore(address);
            String now = tree.driver(address).orElse("no driver");
            throw Refusal.failed(
                    driver
                            + " does not take "
                            + address
                            + ", which has gone back to "
                            + now
                            + "; the kernel's log (dmesg) says why.");
        }
        return address
                + " belongs to "
                + driver
                + " now"
                + before.map(old -> ", and to " + old + " no more").orElse("")
                + "."
                + advice(address, driver);
    }

    private void restore(PciAddress address) {
        write(address, "driver_override", "\n");
        if (tree.driver(address).isEmpty()) {
            probe(address);
        }
    }

    private String advice(PciAddress address, String driver) {
        OptionalInt group = tree.iommuGroup(address);
        if (group.isEmpty() || !VfioDrivers.isVfio(driver)) {
            return "";
        }
        List<PciAddress> obstacles = VfioDrivers.obstacles(tree, group.getAsInt());
        if (!obstacles.isEmpty()) {
            List<String> names = obstacles.stream().map(PciAddress::toString).toList();
            return " Its group "
                    + group.getAsInt()
                    + " is not viable yet: bind "
                    + String.join(" ", names)
                    + " too.";
        }
        Path vfio = dev.resolve("vfio");
        if (Files.exists(vfio.resolve("noiommu-" + group.getAsInt()))) {
            return " No IOMMU keeps it in bounds: name it vfio-noiommu:" + address + ", as root.";
        }
        Path file = vfio.resolve(String.valueOf(group.getAsInt()));
        return " Other users than root need the right to " + file + ".";
    }

    /**
     * Gives a function back to the driver that the kernel itself chooses.
     *
     * @return what was done, in sentences
     */
    String unbind(PciAddress address) {
        requireFunction(address);
        String before = tree.driver(address).orElse("");
        boolean ofKernel = !before.isEmpty() && !VfioDrivers.isVfio(before);
        if (ofKernel && tree.text(address, "driver_override").matches("|\\(null\\)")) {
            return address + " belongs to the kernel's " + before + " already.";
        }
        if (ofKernel) {
            requireIdle(address, false);
        } else {
            requireNoHolder(address);
        }
        write(address, "driver_override", "\n");
        release(address);
        probe(address);
        return tree.driver(address)
                .map(now -> address + " belongs to the kernel's " + now + " again.")
                .orElse(address + " has no driver now: the kernel has none loaded for it.");
    }

    private void release(PciAddress address) {
        if (tree.driver(address).isPresent()) {
            write(address, "driver/unbind", address.toString());
        }
    }

    private void probe(PciAddress address) {
        write(tree.sysfs().resolve("bus/pci/drivers_probe"), address.toString());
    }

    private void write(PciAddress address, String file, String text) {
        write(tree.folder(address).resolve(file), text);
    }

    private void write(Path file, String text) {
        try {
            kernel.write(file, text);
        } catch (IOException e) {
            throw Refusal.failed(
                    "Writing \""
                            + text.strip()
                            + "\" to "
                            + file
                            + " failed: "
                            + FileTrouble.words(e)
                            + ". It takes root, and a container needs /sys writable.");
        }
    }
}
