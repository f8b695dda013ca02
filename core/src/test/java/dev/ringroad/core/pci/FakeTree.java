package dev.ringroad.core.pci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kernel's files of a machine that is not there. */
public final class FakeTree {
    private final Path root;

    public FakeTree(Path root) {
        this.root = root;
    }

    public PciTree tree() {
        return new PciTree(root.resolve("sys"));
    }

    public Path proc() {
        return root.resolve("proc");
    }

    public Path dev() {
        return root.resolve("dev");
    }

    public void write(String path, byte[] bytes) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    public PciAddress function(String address) throws IOException {
        Files.createDirectories(root.resolve("sys/bus/pci/devices/" + address));
        return PciAddress.parse(address);
    }

    public void driver(PciAddress address, String driver) throws IOException {
        link(address, "driver", "sys/bus/pci/drivers/" + driver);
    }

    public void group(PciAddress address, int group) throws IOException {
        String folder = "sys/kernel/iommu_groups/" + group;
        Files.createDirectories(root.resolve(folder + "/devices/" + address));
        link(address, "iommu_group", folder);
    }

    private void link(PciAddress address, String name, String target) throws IOException {
        Path folder = Files.createDirectories(root.resolve(target));
        Files.createSymbolicLink(tree().folder(address).resolve(name), folder);
    }
}
