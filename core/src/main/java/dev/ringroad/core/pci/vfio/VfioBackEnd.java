package dev.ringroad.core.pci.vfio;

import dev.ringroad.core.linux.IommuFd;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.linux.VfioDevice;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciBackEnd;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.core.pci.PciTree;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Functions by VFIO ({@code Documentation/driver-api/vfio.rst}), which keeps them to the memory
 * that they were given. They have to be bound to it before: {@code ringroad pci bind}.
 *
 * <p>There are two ways to the same thing. A group's file is opened and put into a container; or,
 * where the kernel has no such files (built without {@code CONFIG_VFIO_GROUP}) or {@code
 * -Dringroad.vfio.way=device} is given, a device's own file is, and put into an address space of
 * {@code /dev/iommu} (Linux 6.6).
 */
public final class VfioBackEnd implements PciBackEnd {
    /** Set to {@code device} by who wants {@code /dev/iommu} though there are groups. */
    public static final String WAY = "ringroad.vfio.way";

    private final PciTree tree;
    private final Path proc;
    private final Path dev;
    private final VfioTrouble trouble;

    /** That of this machine. */
    public VfioBackEnd() {
        this(PciTree.here(), Path.of("/proc"), Path.of("/dev"));
    }

    /**
     * One with the kernel's files elsewhere.
     *
     * @param proc {@code /proc}
     * @param dev {@code /dev}
     */
    public VfioBackEnd(PciTree tree, Path proc, Path dev) {
        this.tree = tree;
        this.proc = proc;
        this.dev = dev;
        this.trouble = new VfioTrouble(tree, proc);
    }

    @Override
    public String name() {
        return "vfio";
    }

    @Override
    public List<PciAddress> functions() throws IOException {
        List<PciAddress> bound = new ArrayList<>();
        for (PciAddress address : tree.functions()) {
            if (tree.driver(address).filter(VfioDrivers::isVfio).isPresent()
                    && tree.iommuGroup(address).isPresent()) {
                bound.add(address);
            }
        }
        return bound;
    }

    @Override
    public PciDevice open(PciAddress address) throws IOException {
        if (!tree.exists(address)) {
            throw trouble.noFunction(address);
        }
        Optional<String> driver = tree.driver(address);
        OptionalInt group = tree.iommuGroup(address);
        if (group.isEmpty()) {
            throw trouble.noGroup(address);
        }
        if (driver.isEmpty() || !VfioDrivers.isVfio(driver.get())) {
            throw trouble.notBound(address, driver);
        }
        Path groupFile = dev.resolve("vfio/" + group.getAsInt());
        Optional<Path> ownFile = ownFile(address);
        boolean wanted = "device".equals(System.getProperty(WAY));
        if (ownFile.isPresent() && (wanted || !Files.exists(groupFile))) {
            return openByItself(address, ownFile.get(), group.getAsInt());
        }
        if (NoIommuBackEnd.isUnprotected(dev, group.getAsInt())) {
            return new NoIommuBackEnd(tree, proc, dev).openIfAllowed(address);
        }
        return openByGroup(address, groupFile, group.getAsInt());
    }

    private PciDevice openByGroup(PciAddress address, Path file, int group) throws IOException {
        VfioHold hold = VfioHold.acquire(file, group, address, tree, proc);
        return open(address, hold, tree);
    }

    /** Takes a function out of a group that is held, and lets go of it if that fails. */
    static PciDevice open(PciAddress address, VfioHold hold, PciTree tree) throws IOException {
        VfioDevice device = null;
        try {
            device = hold.group().device(address.toString());
            return new VfioPciDevice(
                    address, device, hold.space(), tree.numaNode(address), hold::release);
        } catch (SystemCallException e) {
            giveBack(device, hold::release);
            throw VfioTrouble.ofDevice(e);
        } catch (Throwable t) {
            giveBack(device, hold::release);
            throw t;
        }
    }

    private static void giveBack(@Nullable VfioDevice device, Runnable rest) {
        if (device != null) {
            device.close();
        }
        rest.run();
    }

    private Optional<Path> ownFile(PciAddress address) {
        if (!Files.exists(dev.resolve("iommu"))) {
            return Optional.empty();
        }
        return tree.names(address, "vfio-dev").stream()
                .map(name -> dev.resolve("vfio/devices").resolve(name))
                .filter(Files::exists)
                .findFirst();
    }

    private PciDevice openByItself(PciAddress address, Path file, int group) throws IOException {
        VfioDevice device = null;
        IommuFd iommu = openIommu();
        try {
            device = VfioDevice.open(file.toString());
            int id = iommu.allocate();
            device.enter(iommu, id);
            int node = tree.numaNode(address);
            TranslatedSpace space = new TranslatedSpace(Translation.of(iommu, id), node);
            Runnable release =
                    () -> {
                        space.close();
                        iommu.close();
                    };
            return new VfioPciDevice(address, device, space, node, release);
        } catch (SystemCallException e) {
            giveBack(device, iommu::close);
            throw trouble.ofDeviceByItself(e, group, address);
        } catch (Throwable t) {
            giveBack(device, iommu::close);
            throw t;
        }
    }

    private IommuFd openIommu() throws IOException {
        try {
            return IommuFd.open(dev.resolve("iommu").toString());
        } catch (SystemCallException e) {
            throw VfioTrouble.ofIommuFile(e);
        }
    }
}
