package dev.ringroad.core.pci;

import dev.ringroad.core.linux.FileTrouble;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The kernel's files about PCI functions ({@code Documentation/ABI/testing/sysfs-bus-pci}). What is
 * not there, or makes no sense, is empty.
 *
 * @param sysfs where they begin, {@code /sys} except in tests
 */
public record PciTree(Path sysfs) {
    private static final int TEXT_BYTES_MAX = 1 << 16;
    private static final String NO_IOMMU = "vfio-noiommu";
    private static final int BARS = 6;
    private static final long IORESOURCE_IO = 0x100;

    /** This machine's. */
    public static PciTree here() {
        return new PciTree(Path.of("/sys"));
    }

    /**
     * All functions, in order.
     *
     * @throws IOException when the list cannot be read
     */
    public List<PciAddress> functions() throws IOException {
        Path all = sysfs.resolve("bus/pci/devices");
        try {
            return addresses(all);
        } catch (IOException e) {
            throw new IOException(
                    "The PCI functions cannot be listed in "
                            + all
                            + ": "
                            + FileTrouble.words(e)
                            + ". Remedy: run where sysfs is mounted and the machine has a PCI bus.",
                    e);
        }
    }

    private static List<PciAddress> addresses(Path folder) throws IOException {
        List<PciAddress> found = new ArrayList<>();
        try (Stream<Path> names = Files.list(folder)) {
            for (Path name : (Iterable<Path>) names::iterator) {
                try {
                    found.add(PciAddress.parse(String.valueOf(name.getFileName())));
                } catch (IllegalArgumentException _) {
                    // Not a function.
                }
            }
        }
        Collections.sort(found);
        return found;
    }

    /** The folder of a function. */
    public Path folder(PciAddress address) {
        return sysfs.resolve("bus/pci/devices").resolve(address.toString());
    }

    /** Whether there is such a function. */
    public boolean exists(PciAddress address) {
        return Files.isDirectory(folder(address));
    }

    /** What the function is, as the kernel read it. */
    public PciIdentity identity(PciAddress address) {
        return new PciIdentity(
                number(address, "vendor"),
                number(address, "device"),
                number(address, "class"),
                number(address, "revision"),
                number(address, "subsystem_vendor"),
                number(address, "subsystem_device"));
    }

    private int number(PciAddress address, String file) {
        String text = text(address, file);
        try {
            return text.startsWith("0x") ? Integer.parseUnsignedInt(text.substring(2), 16) : 0;
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /** Names in a folder of a function, sorted. */
    public List<String> names(PciAddress address, String folder) {
        try (Stream<Path> names = Files.list(folder(address).resolve(folder))) {
            return names.map(name -> String.valueOf(name.getFileName())).sorted().toList();
        } catch (IOException _) {
            return List.of();
        }
    }

    /** A file of a function, without the white space around its text. */
    public String text(PciAddress address, String file) {
        return text(folder(address).resolve(file));
    }

    private static String text(Path file) {
        try (var in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(TEXT_BYTES_MAX);
            return new String(bytes, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException _) {
            return "";
        }
    }

    /**
     * What is behind its base address registers. The file has a line for each: the first address,
     * the last one, and flags of {@code linux/ioport.h}.
     */
    public List<PciResource> resources(PciAddress address) {
        String[] lines = text(address, "resource").split("\n", -1);
        List<PciResource> found = new ArrayList<>();
        for (int i = 0; i < Math.min(lines.length, BARS); i++) {
            String[] words = lines[i].strip().split(" ", -1);
            try {
                long begin = Long.decode(words[0]);
                long end = words.length < 3 ? 0 : Long.decode(words[1]);
                long flags = words.length < 3 ? 0 : Long.decode(words[2]);
                if (end > begin && begin >= 0 && flags != 0) {
                    long bytes = end - begin + 1;
                    found.add(new PciResource(i, begin, bytes, (flags & IORESOURCE_IO) != 0));
                }
            } catch (NumberFormatException _) {
                // No line of a resource.
            }
        }
        return found;
    }

    /** The kernel's driver that has the function. */
    public Optional<String> driver(PciAddress address) {
        return lastName(folder(address).resolve("driver"));
    }

    /** The group of functions that the IOMMU cannot tell apart from this one. */
    public OptionalInt iommuGroup(PciAddress address) {
        Optional<String> name = lastName(folder(address).resolve("iommu_group"));
        try {
            return name.isEmpty()
                    ? OptionalInt.empty()
                    : OptionalInt.of(Integer.parseInt(name.get()));
        } catch (NumberFormatException _) {
            return OptionalInt.empty();
        }
    }

    private static Optional<String> lastName(Path link) {
        try {
            return Optional.of(String.valueOf(Files.readSymbolicLink(link).getFileName()));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** The functions of a group. */
    public List<PciAddress> functionsOfGroup(int group) {
        try {
            return addresses(sysfs.resolve("kernel/iommu_groups/" + group + "/devices"));
        } catch (IOException _) {
            return List.of();
        }
    }

    /** How the kernel uses the IOMMU for a group, such as {@code identity}: not at all. */
    public String groupType(int group) {
        return text(sysfs.resolve("kernel/iommu_groups/" + group + "/type"));
    }

    /** Whether this machine's IOMMU is in use. */
    public boolean hasIommu() {
        return iommuGroupCount() > 0;
    }

    /** How many groups the IOMMU tells apart; not those that VFIO makes where there is none. */
    public int iommuGroupCount() {
        try (Stream<Path> groups = Files.list(sysfs.resolve("kernel/iommu_groups"))) {
            return (int)
                    groups.filter(group -> !text(group.resolve("name")).equals(NO_IOMMU)).count();
        } catch (IOException _) {
            return 0;
        }
    }

    /** Whether a module is loaded or built in, as far as {@code /sys/module} tells. */
    public boolean hasModule(String name) {
        return Files.isDirectory(sysfs.resolve("module").resolve(name));
    }

    /** A parameter of a module, empty when it is not loaded. */
    public String moduleParameter(String module, String name) {
        return text(sysfs.resolve("module").resolve(module).resolve("parameters").resolve(name));
    }

    /** The NUMA node that a function is near to, or -1. */
    public int numaNode(PciAddress address) {
        try {
            return Math.max(-1, Integer.parseInt(text(address, "numa_node")));
        } catch (NumberFormatException _) {
            return -1;
        }
    }
}
