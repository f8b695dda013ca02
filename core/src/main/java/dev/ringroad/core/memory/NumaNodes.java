package dev.ringroad.core.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The NUMA nodes of a machine as sysfs has them ({@code
 * Documentation/ABI/stable/sysfs-devices-node} and {@code sysfs-class-net} of the kernel).
 */
public final class NumaNodes {

    /** Said of a device that is near to no node, or of which nothing is known. */
    public static final int NONE = -1;

    private final Path sysfs;

    NumaNodes(Path sysfs) {
        this.sysfs = sysfs;
    }

    /** Those of this machine. */
    public static NumaNodes here() {
        return new NumaNodes(Path.of("/sys"));
    }

    /** Whether there is a node of that number. */
    public boolean exists(int node) {
        return node >= 0 && Files.isDirectory(sysfs.resolve("devices/system/node/node" + node));
    }

    /**
     * The node whose memory is next to an interface's adapter; {@link #NONE} of interfaces that are
     * no adapters, of machines with one node, and when the file says something impossible.
     */
    public int ofInterface(String name) {
        try {
            Path file = sysfs.resolve("class/net").resolve(name).resolve("device/numa_node");
            int node = Integer.parseInt(Files.readString(file).strip());
            return exists(node) ? node : NONE;
        } catch (IOException | NumberFormatException e) {
            return NONE;
        }
    }
}
