package dev.ringroad.cli.pci;

import dev.ringroad.core.pci.PciTree;

import java.nio.file.Path;

/**
 * Where the kernel's files begin.
 *
 * @param sysfs {@code /sys}
 * @param proc {@code /proc}
 * @param dev {@code /dev}
 */
record Roots(Path sysfs, Path proc, Path dev) {
    static Roots here() {
        return new Roots(Path.of("/sys"), Path.of("/proc"), Path.of("/dev"));
    }

    PciTree tree() {
        return new PciTree(sysfs);
    }
}
