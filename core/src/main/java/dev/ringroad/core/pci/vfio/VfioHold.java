package dev.ringroad.core.pci.vfio;

import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.linux.VfioContainer;
import dev.ringroad.core.linux.VfioGroup;
import dev.ringroad.core.memory.DmaSpace;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciTree;
import dev.ringroad.core.pci.PhysicalSpace;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A group of devices and its address space, shared by all devices of the group that this process
 * has, since a group can be opened once only. The last one to let go closes it.
 */
final class VfioHold {
    private static final Map<Path, VfioHold> HELD = new HashMap<>();

    private final Path path;
    private final VfioContainer container;
    private final VfioGroup group;
    private final DmaSpace space;
    private int users;

    private VfioHold(Path path, VfioContainer container, VfioGroup group, DmaSpace space) {
        this.path = path;
        this.container = container;
        this.group = group;
        this.space = space;
    }

    /**
     * Opens a group, or joins those who have it.
     *
     * @param path of the group's file
     * @param number of the group; null means without an IOMMU
     * @param address for whom
     */
    static VfioHold acquire(
            Path path, @Nullable Integer number, PciAddress address, PciTree tree, Path proc)
            throws IOException {
        synchronized (HELD) {
            VfioHold hold = HELD.get(path);
            if (hold == null) {
                hold = open(path, number, address, tree, proc);
                HELD.put(path, hold);
            }
            hold.users++;
            return hold;
        }
    }

    private static VfioHold open(
            Path path, @Nullable Integer number, PciAddress address, PciTree tree, Path proc)
            throws IOException {
        VfioTrouble trouble = new VfioTrouble(tree, proc);
        VfioContainer container = container(path);
        VfioGroup group = null;
        try {
            group = group(path, address, trouble);
            if (number != null && !group.isViable()) {
                throw trouble.notViable(number, address);
            }
            group.enter(container);
            int type = number == null ? VfioContainer.NO_IOMMU : VfioContainer.TYPE1_V2;
            if (!container.supports(type)) {
                throw VfioTrouble.noType1();
            }
            use(container, type, trouble);
            int node = tree.numaNode(address);
            DmaSpace space =
                    number == null
                            ? new PhysicalSpace(proc, node)
                            : new TranslatedSpace(Translation.of(container), node);
            return new VfioHold(path, container, group, space);
        } catch (Throwable t) {
            if (group != null) {
                group.close();
            }
            container.close();
            throw t;
        }
    }

    private static VfioContainer container(Path path) throws IOException {
        try {
            return VfioContainer.open(path.resolveSibling("vfio").toString());
        } catch (SystemCallException e) {
            throw VfioTrouble.ofContainer(e);
        }
    }

    private static VfioGroup group(Path path, PciAddress address, VfioTrouble trouble)
            throws IOException {
        try {
            return VfioGroup.open(path.toString());
        } catch (SystemCallException e) {
            throw trouble.ofGroup(e, address);
        }
    }

    private static void use(VfioContainer container, int type, VfioTrouble trouble)
            throws IOException {
        try {
            container.use(type);
        } catch (SystemCallException e) {
            throw trouble.ofIommu(e);
        }
    }

    VfioGroup group() {
        return group;
    }

    DmaSpace space() {
        return space;
    }

    /** Gives one user's share back. */
    void release() {
        synchronized (HELD) {
            users--;
            if (users > 0) {
                return;
            }
            HELD.remove(path);
            if (space instanceof TranslatedSpace translated) {
                translated.close();
            }
            group.close();
            container.close();
            if (space instanceof PhysicalSpace physical) {
                physical.close();
            }
        }
    }
}
