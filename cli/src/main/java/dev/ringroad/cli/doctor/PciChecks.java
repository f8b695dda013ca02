package dev.ringroad.cli.doctor;

import static dev.ringroad.cli.doctor.Finding.limited;
import static dev.ringroad.cli.doctor.Finding.missing;
import static dev.ringroad.cli.doctor.Finding.ready;

import dev.ringroad.cli.common.Machine;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciTree;
import dev.ringroad.core.pci.vfio.VfioDrivers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What driving a PCI device from a program takes: an IOMMU, VFIO, and a device that is bound to it.
 */
final class PciChecks {
    private static final String PCI = "PCI devices";
    private static final String IOMMU = "iommu";
    private static final String VFIO = "vfio";
    private static final String BOUND = "bound";
    private static final String CONTAINER = "dev/vfio/vfio";
    private static final String BIND = "as root: ringroad pci bind ADDRESS";
    private static final String UNSAFE =
            "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts";

    private final Machine machine;
    private final PciTree tree;
    private final List<Finding> findings = new ArrayList<>();

    private PciChecks(Machine machine) {
        this.machine = machine;
        this.tree = new PciTree(machine.root().resolve("sys"));
    }

    static List<Finding> of(Machine machine) {
        PciChecks checks = new PciChecks(machine);
        checks.iommu();
        checks.vfio();
        checks.bound();
        return checks.findings;
    }

    private void iommu() {
        int groups = tree.iommuGroupCount();
        if (groups == 0) {
            findings.add(
                    missing(
                            PCI,
                            IOMMU,
                            "none is in use, so nothing keeps a device in bounds",
                            "enable it in the firmware (VT-d, AMD-Vi) and boot with intel_iommu=on; a"
                                    + " virtual machine has to be given one"));
        } else if (machine.text(UNSAFE).orElse("N").equals("Y")) {
            findings.add(
                    limited(
                            PCI,
                            IOMMU,
                            groups + " groups, but devices may forge interrupts",
                            "where the machine can do without it: echo N >/" + UNSAFE));
        } else {
            findings.add(ready(PCI, IOMMU, "in use, with " + groups + " groups"));
        }
    }

    private void vfio() {
        boolean alone = machine.exists("dev/vfio/devices") && machine.exists("dev/iommu");
        if (!machine.exists(CONTAINER) && !alone) {
            findings.add(
                    missing(
                            PCI,
                            VFIO,
                            "no /" + CONTAINER,
                            "as root: modprobe vfio-pci; a container needs --device /dev/vfio"));
        } else if (!machine.exists("sys/bus/pci/drivers/vfio-pci")) {
            findings.add(
                    missing(
                            PCI,
                            VFIO,
                            "the driver vfio-pci is not there",
                            "as root: modprobe vfio-pci"));
        } else if (!alone && !machine.isOpenable(CONTAINER)) {
            findings.add(
                    missing(
                            PCI,
                            VFIO,
                            "this user may not open /" + CONTAINER,
                            "as root: chmod 666 /" + CONTAINER));
        } else {
            String iommuFd = machine.exists("dev/iommu") ? ", and /dev/iommu" : "";
            findings.add(ready(PCI, VFIO, "the driver vfio-pci" + iommuFd));
        }
    }

    private void bound() {
        List<String> usable = new ArrayList<>();
        List<String> obstacles = new ArrayList<>();
        List<String> closed = new ArrayList<>();
        for (PciAddress address : ofVfio()) {
            int group = tree.iommuGroup(address).orElse(-1);
            List<PciAddress> inTheWay = VfioDrivers.obstacles(tree, group);
            String file = "dev/vfio/" + group;
            inTheWay.forEach(one -> obstacles.add(one.toString()));
            if (inTheWay.isEmpty() && machine.exists(file) && !machine.isOpenable(file)) {
                closed.add("/" + file);
            } else if (inTheWay.isEmpty()) {
                usable.add(address.toString());
            }
        }
        if (!usable.isEmpty()) {
            findings.add(ready(PCI, BOUND, String.join(", ", usable)));
        } else if (!obstacles.isEmpty()) {
            String all = String.join(" ", obstacles);
            findings.add(
                    missing(
                            PCI,
                            BOUND,
                            "the kernel drives members of the same groups: " + all,
                            "as root: ringroad pci bind " + all));
        } else if (!closed.isEmpty()) {
            String all = String.join(" ", closed);
            findings.add(
                    missing(
                            PCI,
                            BOUND,
                            "this user may not open " + all,
                            "as root: chown USER " + all));
        } else {
            findings.add(missing(PCI, BOUND, "no device belongs to VFIO", BIND));
        }
    }

    private List<PciAddress> ofVfio() {
        try {
            return tree.functions().stream()
                    .filter(one -> tree.driver(one).filter(VfioDrivers::isVfio).isPresent())
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
