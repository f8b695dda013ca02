package dev.ringroad.core.pci.sysfs;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.core.memory.DmaSpace;
import dev.ringroad.core.memory.KernelMapping;
import dev.ringroad.core.pci.FileConfig;
import dev.ringroad.core.pci.FileMmio;
import dev.ringroad.core.pci.MappedMmio;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciConfig;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.core.pci.PciHeader;
import dev.ringroad.core.pci.PciResource;
import dev.ringroad.core.pci.PciTree;
import dev.ringroad.core.pci.PhysicalSpace;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A function by its files. */
final class SysfsPciDevice implements PciDevice {
    private static final int BARS = 6;
    private static final String AS_ROOT = "run as root";

    private final PciAddress address;
    private final PciTree tree;
    private final Path folder;
    private final Descriptor configFile;
    private final PciConfig config;
    private final PhysicalSpace space;
    private final int numaNode;
    private final @Nullable Mmio[] bars = new Mmio[BARS];
    private final List<AutoCloseable> opened = new ArrayList<>();
    private boolean closed;

    private SysfsPciDevice(
            PciAddress address, PciTree tree, Descriptor configFile, PhysicalSpace space) {
        this.address = address;
        this.tree = tree;
        this.folder = tree.folder(address);
        this.configFile = configFile;
        this.space = space;
        this.numaNode = tree.numaNode(address);
        int bytes = PciHeader.BYTES;
        try {
            bytes = Math.clamp(Files.size(folder.resolve("config")), bytes, 4096);
        } catch (IOException _) {
            // The header is there in any case.
        }
        this.config = new FileConfig(configFile, 0, bytes);
    }

    static SysfsPciDevice open(PciAddress address, PciTree tree, Path proc) throws IOException {
        Path folder = tree.folder(address);
        write(folder.resolve("enable"), "1");
        Descriptor config =
                Descriptor.open(
                        folder.resolve("config").toString(), Descriptor.READ_WRITE, 0, AS_ROOT);
        PhysicalSpace space = new PhysicalSpace(proc, tree.numaNode(address));
        SysfsPciDevice device = new SysfsPciDevice(address, tree, config, space);
        device.busMaster(false);
        PciHeader.command(
                device.config, PciHeader.COMMAND_MEMORY | PciHeader.COMMAND_NO_INTX, true);
        return device;
    }

    private static void write(Path file, String text) throws IOException {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new IOException(
                    "Writing \""
                            + text
                            + "\" to "
                            + file
                            + " failed: "
                            + FileTrouble.words(e)
                            + ". Remedy: "
                            + AS_ROOT
                            + ", where /sys is writable.",
                    e);
        }
    }

    @Override
    public PciAddress address() {
        return address;
    }

    @Override
    public PciConfig config() {
        return config;
    }

    @Override
    public synchronized Mmio bar(int index) throws IOException {
        if (index < 0 || index >= BARS) {
            throw new IllegalArgumentException("A function has registers 0 to 5, not " + index);
        }
        if (closed) {
            throw new IllegalStateException(address + " has been closed.");
        }
        Mmio known = bars[index];
        if (known == null) {
            known = open(index);
            bars[index] = known;
        }
        return known;
    }

    private Mmio open(int index) throws IOException {
        PciResource resource =
                tree.resources(address).stream()
                        .filter(one -> one.index() == index)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new IOException(
                                                address
                                                        + " has nothing behind its base address"
                                                        + " register "
                                                        + index
                                                        + ". Remedy: use one that it has; ringroad"
                                                        + " pci list --bars shows them."));
        long bytes = resource.byteSize();
        Descriptor file =
                Descriptor.open(
                        folder.resolve("resource" + index).toString(),
                        Descriptor.READ_WRITE,
                        0,
                        AS_ROOT);
        if (resource.ports()) {
            opened.add(file);
            return new FileMmio(file, 0, bytes);
        }
        try (file) {
            KernelMapping mapping = KernelMapping.map(file, 0, bytes);
            opened.add(mapping);
            return new MappedMmio(mapping.segment());
        }
    }

    @Override
    public DmaSpace dma() {
        return space;
    }

    @Override
    public void busMaster(boolean on) {
        PciHeader.command(config, PciHeader.COMMAND_BUS_MASTER, on);
    }

    @Override
    public int interruptsMax() {
        return 0;
    }

    @Override
    public List<EventFd> enableInterrupts(int count) throws IOException {
        if (count != 0) {
            throw new IOException(
                    "sysfs has no interrupts to give. Remedy: poll "
                            + address
                            + ", or use VFIO, which has them.");
        }
        return List.of();
    }

    @Override
    public void reset() throws IOException {
        Path file = folder.resolve("reset");
        if (!Files.exists(file)) {
            throw new IOException(
                    address
                            + " knows no reset that leaves its neighbours alone. Remedy: reset it in"
                            + " the device's own way, or power the machine off and on.");
        }
        write(file, "1");
    }

    @Override
    public int numaNode() {
        return numaNode;
    }

    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        busMaster(false);
        try {
            if (Files.exists(folder.resolve("reset"))) {
                reset();
            }
            write(folder.resolve("enable"), "0");
        } finally {
            opened.forEach(SysfsPciDevice::closeQuietly);
            configFile.close();
            space.close();
        }
    }

    private static void closeQuietly(AutoCloseable one) {
        if (one instanceof KernelMapping mapping) {
            mapping.close();
        } else if (one instanceof Descriptor descriptor) {
            descriptor.close();
        }
    }
}
