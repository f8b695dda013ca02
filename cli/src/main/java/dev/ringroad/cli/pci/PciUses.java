package dev.ringroad.cli.pci;

import dev.ringroad.cli.pci.PciUse.Weight;
import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.FileHolders;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciTree;
import dev.ringroad.core.pci.vfio.VfioDrivers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** What uses a function: disks and what is on them, interfaces and their routes, programs. */
final class PciUses {
    private final Roots roots;
    private final PciTree tree;
    private final BlockUses blocks;
    private final NetUses nets;

    PciUses(Roots roots) {
        this.roots = roots;
        this.tree = roots.tree();
        this.blocks = new BlockUses(roots);
        this.nets = new NetUses(roots);
    }

    /**
     * All that is known to use it, the idle things too.
     *
     * @throws IOException when what matters cannot be found out
     */
    List<PciUse> of(PciAddress address) throws IOException {
        Path function = tree.folder(address).toRealPath();
        Set<String> disks = blocks.disks(function);
        Set<String> interfaces = nets.interfaces(function);
        List<PciUse> uses = new ArrayList<>(blocks.of(disks));
        uses.addAll(nets.of(interfaces));
        Set<String> idle = new LinkedHashSet<>(disks);
        idle.addAll(interfaces);
        for (String name : idle) {
            boolean told = uses.stream().anyMatch(use -> use.what().startsWith(name + " "));
            if (!told) {
                uses.add(new PciUse(name, Weight.NONE));
            }
        }
        for (String holder : holders(address)) {
            uses.add(new PciUse(holder, Weight.NONE));
        }
        return uses;
    }

    /**
     * Disks of the function that somebody has claimed, though it may not be seen by whom: a mount
     * of another namespace, a pool of ZFS, a RAID.
     */
    List<String> claimed(PciAddress address) throws IOException {
        List<String> claimed = new ArrayList<>();
        for (String disk : blocks.disks(tree.folder(address).toRealPath())) {
            String path = roots.dev().resolve(disk).toString();
            int flags = Descriptor.READ_ONLY | Descriptor.UNCLAIMED | Descriptor.NON_BLOCKING;
            try (Descriptor tried = Descriptor.open(path, flags, 0, "")) {
                assert tried.isOpen();
            } catch (SystemCallException e) {
                if (e.errno() == Errno.EBUSY) {
                    claimed.add(disk);
                }
            }
        }
        return claimed;
    }

    /** Programs that have the function through VFIO. */
    List<String> holders(PciAddress address) {
        OptionalInt group = tree.iommuGroup(address);
        if (group.isEmpty() || tree.driver(address).filter(VfioDrivers::isVfio).isEmpty()) {
            return List.of();
        }
        Path vfio = roots.dev().resolve("vfio");
        List<String> holders = new ArrayList<>();
        holders.addAll(
                FileHolders.of(roots.proc(), vfio.resolve(String.valueOf(group.getAsInt()))));
        holders.addAll(FileHolders.of(roots.proc(), vfio.resolve("noiommu-" + group.getAsInt())));
        for (String own : tree.names(address, "vfio-dev")) {
            holders.addAll(FileHolders.of(roots.proc(), vfio.resolve("devices").resolve(own)));
        }
        return holders;
    }
}
