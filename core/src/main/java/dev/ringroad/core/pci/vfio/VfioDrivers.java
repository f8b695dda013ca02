package dev.ringroad.core.pci.vfio;

import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciTree;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which of the kernel's drivers leave a group of functions to programs, and which do not. */
public final class VfioDrivers {
    private VfioDrivers() {}

    /** Whether a driver hands functions on to programs: vfio-pci, or a relative of it. */
    public static boolean isVfio(String driver) {
        return driver.equals("vfio-pci")
                || driver.endsWith("-vfio-pci")
                || driver.endsWith("_vfio_pci");
    }

    // These leave memory alone (drivers/pci/pci-stub.c, drivers/pci/pcie/portdrv.c), which is all
    // that a group asks for.
    private static boolean isHarmless(String driver) {
        return isVfio(driver) || driver.equals("pci-stub") || driver.equals("pcieport");
    }

    /** The functions of a group that the kernel still drives, for which VFIO does not give it. */
    public static List<PciAddress> obstacles(PciTree tree, int group) {
        List<PciAddress> found = new ArrayList<>();
        for (PciAddress member : tree.functionsOfGroup(group)) {
            Optional<String> driver = tree.driver(member);
            if (driver.isPresent() && !isHarmless(driver.get())) {
                found.add(member);
            }
        }
        return found;
    }
}
