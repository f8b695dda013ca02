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
import java.util.Optional;

/** The paths around the kernel, and through its rings, one by one. */
final class PathChecks {
    private static final int TRIAL_BYTES = 1 << 16;
    private static final int NAMES_SHOWN_MAX = 4;
    private static final String PATHS = "paths";

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
        checks.afPacket();
        checks.afXdp();
        checks.ioUring();
        return checks.findings;
    }

    /** By doing it: a shared region, as a memif offers one, and a virtio driver to its back end. */
    private void memif() {
        try (SharedRegion region =
                SharedRegion.allocate("ringroad-doctor", TRIAL_BYTES, Placement.ordinary())) {
            String found =
                    "shared memory works (tried with "
                            + region.byteSize()
                            + " bytes), which vhost and virtio use too";
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

    private void afPacket() {
        Probe socket = trials.packetSocket();
        if (socket.available()) {
            findings.add(ready(PATHS, "afpacket", socket.reason()));
        } else {
            findings.add(
                    missing(
                            PATHS,
                            "afpacket",
                            socket.reason(),
                            socket.errno() == Errno.EPERM
                                    ? "run as root or with CAP_NET_RAW"
                                    : "use a kernel with CONFIG_PACKET=y"));
        }
    }

    private void afXdp() {
        Probe failed = trials.xdpSocket().available() ? trials.bpf() : trials.xdpSocket();
        if (!failed.available()) {
            boolean rights = failed.errno() == Errno.EPERM;
            findings.add(
                    missing(
                            PATHS,
                            "afxdp",
                            failed.reason(),
                            rights
                                    ? "run as root or with CAP_NET_RAW, CAP_NET_ADMIN and CAP_BPF, or have"
                                            + " root run: ringroad afxdp-open"
                                    : "use a kernel with CONFIG_XDP_SOCKETS=y and CONFIG_BPF_SYSCALL=y"));
        } else {
            findings.add(interfacesForXdp());
        }
    }

    /** Virtual interfaces serve AF_XDP too, only never without a copy. */
    private Finding interfacesForXdp() {
        List<String> cards = new ArrayList<>();
        List<String> virtual = new ArrayList<>();
        for (String name : machine.names("sys/class/net")) {
            String folder = "sys/class/net/" + name;
            if (machine.exists(folder + "/device")) {
                Optional<String> driver = machine.linkTarget(folder + "/device/driver");
                cards.add(name + " (" + driver.orElse("?") + ")");
            } else if (machine.exists(folder + "/ifindex") && !name.equals("lo")) {
                virtual.add(name);
            }
        }
        if (!cards.isEmpty()) {
            return ready(PATHS, "afxdp", "on " + String.join(", ", cards));
        }
        if (!virtual.isEmpty()) {
            String found = some(virtual) + ": virtual, so frames are copied once";
            return ready(PATHS, "afxdp", "on " + found);
        }
        return limited(
                PATHS,
                "afxdp",
                "the kernel has it, but there is no interface except for lo",
                "give this machine or container an interface, such as by: ip link add rr0 type veth"
                        + " peer name rr1");
    }

    /** What of it there is tells {@code ringroad uring probe}. */
    private void ioUring() {
        Probe ring = trials.ioUring();
        if (ring.available()) {
            findings.add(ready(PATHS, "io_uring", ring.reason()));
        } else {
            findings.add(
                    missing(
                            PATHS,
                            "io_uring",
                            ring.reason(),
                            ring.errno() == Errno.ENOSYS
                                    ? "use Linux 5.11 or later with CONFIG_IO_URING, and a sandbox that"
                                            + " permits io_uring_setup"
                                    : "as root: sysctl kernel.io_uring_disabled=0, and a sandbox that"
                                            + " permits io_uring_setup"));
        }
    }

    private static String some(List<String> names) {
        int shown = Math.min(names.size(), NAMES_SHOWN_MAX);
        String rest = shown < names.size() ? " and " + (names.size() - shown) + " more" : "";
        return String.join(", ", names.subList(0, shown)) + rest;
    }
}
