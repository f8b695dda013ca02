package dev.ringroad.cli.doctor;

import static dev.ringroad.cli.doctor.Finding.limited;
import static dev.ringroad.cli.doctor.Finding.missing;
import static dev.ringroad.cli.doctor.Finding.ready;

import dev.ringroad.cli.common.Machine;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The paths around the kernel, one by one. */
final class PathChecks {
    private static final int TRIAL_BYTES = 1 << 16;
    private static final String PATHS = "paths";
    private static final String NVME_CLASS =
            "0x0108"; // PCI class: mass storage, non-volatile memory

    private final Machine machine;
    private final List<Finding> findings = new ArrayList<>();

    private PathChecks(Machine machine) {
        this.machine = machine;
    }

    static List<Finding> of(Machine machine) {
        PathChecks checks = new PathChecks(machine);
        checks.memif();
        checks.tap();
        checks.afXdp();
        checks.ioUring();
        checks.vfio();
        checks.rdma();
        return checks.findings;
    }

    /** By doing it: a shared region, as a memif offers one. */
    private void memif() {
        try (SharedRegion region =
                SharedRegion.allocate("ringroad-doctor", TRIAL_BYTES, Placement.ordinary())) {
            String found = "shared memory works (tried with " + region.byteSize() + " bytes)";
            findings.add(ready(PATHS, "memif", found));
        } catch (IOException | RuntimeException e) {
            findings.add(
                    missing(
                            PATHS,
                            "memif",
                            String.valueOf(e.getMessage()),
                            "allow memfd_create to this process"));
        }
    }

    private void tap() {
        if (!machine.exists("dev/net/tun")) {
            findings.add(missing(PATHS, "tap", "no /dev/net/tun", "as root: modprobe tun"));
        } else if (!machine.isOpenable("dev/net/tun")) {
            findings.add(
                    missing(
                            PATHS,
                            "tap",
                            "this user may not open /dev/net/tun",
                            "as root: chmod 666 /dev/net/tun"));
        } else if (!machine.hasCapability(Machine.CAP_NET_ADMIN)) {
            findings.add(
                    limited(
                            PATHS,
                            "tap",
                            "without CAP_NET_ADMIN only interfaces that root has made for this user",
                            "run as root, or as root: ip tuntap add rr0 mode tap user NAME"));
        } else {
            findings.add(ready(PATHS, "tap", "/dev/net/tun and CAP_NET_ADMIN"));
        }
    }

    private void afXdp() {
        boolean mayLoad =
                machine.hasCapability(Machine.CAP_BPF)
                        || machine.hasCapability(Machine.CAP_SYS_ADMIN);
        List<String> cards = cards();
        if (machine.field("proc/net/protocols", "XDP").isEmpty()) {
            findings.add(
                    missing(
                            PATHS,
                            "af_xdp",
                            "the kernel has no AF_XDP sockets",
                            "use a kernel with CONFIG_XDP_SOCKETS=y"));
        } else if (!mayLoad || !machine.hasCapability(Machine.CAP_NET_RAW)) {
            findings.add(
                    missing(
                            PATHS,
                            "af_xdp",
                            "CAP_NET_RAW and CAP_BPF are not in effect",
                            "run as root or with these capabilities"));
        } else if (cards.isEmpty()) {
            findings.add(
                    limited(
                            PATHS,
                            "af_xdp",
                            "the kernel has it, but there are only virtual interfaces",
                            "use a machine with a network card"));
        } else {
            findings.add(ready(PATHS, "af_xdp", "on " + String.join(", ", cards)));
        }
    }

    /** Interfaces with a device behind them, each with its driver. */
    private List<String> cards() {
        List<String> cards = new ArrayList<>();
        for (String name : machine.names("sys/class/net")) {
            String device = "sys/class/net/" + name + "/device";
            if (machine.exists(device)) {
                cards.add(name + " (" + machine.linkTarget(device + "/driver").orElse("?") + ")");
            }
        }
        return cards;
    }

    private void ioUring() {
        String setting = "proc/sys/kernel/io_uring_disabled"; // since Linux 6.6
        long disabled = machine.number(setting);
        boolean forUs =
                disabled == 2 || (disabled == 1 && !machine.hasCapability(Machine.CAP_SYS_ADMIN));
        if (forUs) {
            findings.add(
                    missing(
                            PATHS,
                            "io_uring",
                            "switched off by kernel.io_uring_disabled=" + disabled,
                            "as root: sysctl kernel.io_uring_disabled=0"));
        } else if (machine.exists(setting)) {
            findings.add(ready(PATHS, "io_uring", "the kernel has it and allows it"));
        } else {
            findings.add(
                    limited(
                            PATHS,
                            "io_uring",
                            "the kernel is older than 6.6 or was built without it",
                            "use a kernel from 6.6 with CONFIG_IO_URING=y"));
        }
    }

    private void vfio() {
        int groups = machine.names("sys/kernel/iommu_groups").size();
        String found = groups + " IOMMU groups, " + drives() + " NVMe drives";
        if (!machine.exists("dev/vfio/vfio")) {
            findings.add(
                    missing(
                            PATHS,
                            "vfio",
                            "no /dev/vfio/vfio; " + found,
                            "as root: modprobe vfio-pci; boot with intel_iommu=on or amd_iommu=on"));
        } else if (groups == 0) {
            findings.add(
                    limited(
                            PATHS,
                            "vfio",
                            "only without an IOMMU, which protects nothing; " + found,
                            "switch the IOMMU on in the firmware, and boot with intel_iommu=on or amd_iommu=on"));
        } else {
            findings.add(ready(PATHS, "vfio", found));
        }
    }

    private long drives() {
        return machine.names("sys/bus/pci/devices").stream()
                .map(device -> machine.text("sys/bus/pci/devices/" + device + "/class").orElse(""))
                .filter(pciClass -> pciClass.startsWith(NVME_CLASS))
                .count();
    }

    private void rdma() {
        List<String> devices = machine.names("sys/class/infiniband");
        findings.add(
                devices.isEmpty()
                        ? missing(
                                PATHS,
                                "rdma",
                                "there is no RDMA device",
                                "install a card, or as root: modprobe rdma_rxe; rdma link add rxe0 type rxe netdev NAME")
                        : ready(PATHS, "rdma", String.join(", ", devices)));
    }
}
