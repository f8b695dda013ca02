package dev.ringroad.cli.pci;

import dev.ringroad.core.pci.PciAddress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The kernel's files of a machine that is not there, and a kernel that obeys what is written to
 * them.
 */
final class FakeMachine implements KernelWrites {
    private static final String BUS = "sys/devices/pci0000:00/";

    final List<String> written = new ArrayList<>();
    private final Path root;
    private final Map<String, String> ownDrivers = new HashMap<>();
    private boolean vfioRefuses;

    FakeMachine(Path root) throws IOException {
        this.root = root;
        write("proc/self/mountinfo", "22 1 0:5 / /proc rw - proc proc rw\n");
        write("proc/net/route", "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n");
        write("sys/bus/pci/drivers_probe", "");
        Files.createDirectories(root.resolve("sys/class/block"));
        Files.createDirectories(root.resolve("sys/class/net"));
        Files.createDirectories(root.resolve("sys/bus/pci/drivers/vfio-pci"));
    }

    Roots roots() {
        return new Roots(root.resolve("sys"), root.resolve("proc"), root.resolve("dev"));
    }

    void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void link(String path, String target) throws IOException {
        Path link = root.resolve(path);
        Files.createDirectories(link.getParent());
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, link.getParent().relativize(root.resolve(target)));
    }

    PciAddress function(String address, String classCode, String ids) throws IOException {
        String folder = BUS + address + "/";
        write(folder + "class", classCode + "\n");
        write(folder + "vendor", "0x" + ids.substring(0, 4) + "\n");
        write(folder + "device", "0x" + ids.substring(5) + "\n");
        write(folder + "numa_node", "-1\n");
        write(folder + "driver_override", "(null)\n");
        link("sys/bus/pci/devices/" + address, BUS + address);
        return PciAddress.parse(address);
    }

    /** The driver that the function has, and that it goes back to if it is the kernel's. */
    void driver(PciAddress address, String name) throws IOException {
        Files.createDirectories(root.resolve("sys/bus/pci/drivers/" + name));
        link(BUS + address + "/driver", "sys/bus/pci/drivers/" + name);
        if (!name.equals("vfio-pci")) {
            ownDrivers.put(address.toString(), name);
        }
    }

    void group(PciAddress address, int group) throws IOException {
        String folder = "sys/kernel/iommu_groups/" + group;
        link(folder + "/devices/" + address, BUS + address);
        link(BUS + address + "/iommu_group", folder);
    }

    /** A disk, or with a slash in its path a partition of one. */
    void disk(PciAddress address, String path, String number) throws IOException {
        String folder = BUS + address + "/block/" + path;
        write(folder + "/dev", number + "\n");
        Files.createDirectories(root.resolve(folder + "/holders"));
        String name = path.substring(path.lastIndexOf('/') + 1);
        link("sys/class/block/" + name, folder);
        write("dev/" + name, "");
    }

    /** A device made of another one. */
    void holder(String name, String number, String of) throws IOException {
        String folder = "sys/devices/virtual/block/" + name;
        write(folder + "/dev", number + "\n");
        Files.createDirectories(root.resolve(folder + "/holders"));
        link("sys/class/block/" + name, folder);
        link("sys/class/block/" + of + "/holders/" + name, folder);
        write("dev/" + name, "");
    }

    /** A drive whose disk belongs to a subsystem. */
    void multipath(PciAddress address, String disk, String number) throws IOException {
        String controller = BUS + address + "/nvme/nvme0";
        Files.createDirectories(root.resolve(controller));
        String subsystem = "sys/devices/virtual/nvme-subsystem/nvme-subsys0";
        write(subsystem + "/" + disk + "/dev", number + "\n");
        link(subsystem + "/nvme0", controller);
        link("sys/class/nvme-subsystem/nvme-subsys0", subsystem);
        link("sys/class/block/" + disk, subsystem + "/" + disk);
        write("dev/" + disk, "");
    }

    void mount(String number, String place, String source) throws IOException {
        append(
                "proc/self/mountinfo",
                "30 22 " + number + " / " + place + " rw shared:1 - ext4 " + source + " rw\n");
    }

    void append(String path, String text) throws IOException {
        Path file = root.resolve(path);
        write(path, (Files.exists(file) ? Files.readString(file) : "") + text);
    }

    void networkInterface(PciAddress address, String name) throws IOException {
        Files.createDirectories(root.resolve(BUS + address + "/net/" + name));
        link("sys/class/net/" + name, BUS + address + "/net/" + name);
    }

    void upper(String name, String upper) throws IOException {
        Files.createDirectories(root.resolve("sys/devices/virtual/net/" + upper));
        link("sys/class/net/" + upper, "sys/devices/virtual/net/" + upper);
        link("sys/class/net/" + name + "/upper_" + upper, "sys/devices/virtual/net/" + upper);
    }

    void route(String name, String target, String mask) throws IOException {
        append(
                "proc/net/route",
                name + "\t" + target + "\t00000000\t0001\t0\t0\t0\t" + mask + "\n");
    }

    void process(int pid, String name, String openFile) throws IOException {
        write("proc/" + pid + "/comm", name + "\n");
        Path fd = root.resolve("proc/" + pid + "/fd/7");
        Files.createDirectories(fd.getParent());
        Files.createSymbolicLink(fd, root.resolve(openFile));
    }

    void vfioRefuses() {
        vfioRefuses = true;
    }

    @Override
    public void write(Path file, String text) throws IOException {
        written.add(file.getFileName() + " " + text.strip());
        if (file.endsWith("driver_override")) {
            Files.writeString(file, text);
        } else if (file.endsWith("driver/unbind")) {
            Files.delete(root.resolve(BUS + text + "/driver"));
        } else if (file.endsWith("drivers_probe")) {
            probe(text);
        }
    }

    private void probe(String address) throws IOException {
        String wanted = Files.readString(root.resolve(BUS + address + "/driver_override")).strip();
        boolean any = wanted.isEmpty() || wanted.equals("(null)");
        String driver = any ? ownDrivers.get(address) : wanted;
        if (driver != null && !(vfioRefuses && driver.equals("vfio-pci"))) {
            link(BUS + address + "/driver", "sys/bus/pci/drivers/" + driver);
        }
    }
}
