package dev.ringroad.cli.doctor;

import static dev.ringroad.cli.doctor.Finding.limited;
import static dev.ringroad.cli.doctor.Finding.missing;
import static dev.ringroad.cli.doctor.Finding.ready;

import dev.ringroad.cli.common.Machine;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.Probe;
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
    private final Trials trials;
    private final List<Finding> findings = new ArrayList<>();

    private PathChecks(Machine machine, Trials trials) {
        this.machine = machine;
        this.trials = trials;
    }

    static List<Finding> of(Machine machine, Trials trials) {
        PathChecks checks = new PathChecks(machine, trials);
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
        List<String> cards = cards();
        Probe failed = trials.xdpSocket().available() ? trials.bpf() : trials.xdpSocket();
        if (!failed.available()) {
            boolean rights = failed.errno() == Errno.EPERM;
            findings.add(
                    missing(
                            PATHS,
                            "af_xdp",
                            failed.reason(),
                            rights
                                    ? "run as root or with CAP_NET_RAW, CAP_NET_ADMIN and CAP_BPF"
                                    : "use a kernel with CONFIG_XDP_SOCKETS=y and CONFIG_BPF_SYSCALL=y"));
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
        long disabled = machine.number("proc/sys/kernel/io_uring_disabled"); // since Linux 6.6
        if (trials.ioUring().available()) {
            findings.add(ready(PATHS, "io_uring", trials.ioUring().reason()));
        } else if (disabled > 0) {
            findings.add(
                    missing(
                            PATHS,
                            "io_uring",
                            "switched off by kernel.io_uring_disabled=" + disabled,
                            "as root: sysctl kernel.io_uring_disabled=0"));
        } else {
            findings.add(
                    missing(
                            PATHS,
                            "io_uring",
                            trials.ioUring().reason(),
                            "use a kernel with CONFIG_IO_URING=y, and a sandbox that allows it"));
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
