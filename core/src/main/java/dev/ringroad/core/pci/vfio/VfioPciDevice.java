package dev.ringroad.core.pci.vfio;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.linux.VfioDevice;
import dev.ringroad.core.linux.VfioRegion;
import dev.ringroad.core.memory.DmaSpace;
import dev.ringroad.core.memory.KernelMapping;
import dev.ringroad.core.pci.FileConfig;
import dev.ringroad.core.pci.FileMmio;
import dev.ringroad.core.pci.MappedMmio;
import dev.ringroad.core.pci.MixedMmio;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.MsixCapability;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciCapabilities;
import dev.ringroad.core.pci.PciConfig;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.core.pci.PciHeader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A function in the hands of VFIO. */
final class VfioPciDevice implements PciDevice {
    private static final int BARS = 6;

    private final PciAddress address;
    private final VfioDevice device;
    private final DmaSpace space;
    private final int numaNode;
    private final Runnable release;
    private final PciConfig config;
    private final Optional<MsixCapability> msix;
    private final int interruptsMax;
    private final boolean resets;
    private final @Nullable EventFd recall;
    private final @Nullable Mmio[] bars = new Mmio[BARS];
    private final List<KernelMapping> mappings = new ArrayList<>();
    private List<EventFd> signals = List.of();
    private boolean closed;

    /**
     * @param device becomes this object's; it stays the caller's when this throws
     * @param release what {@link #close} does last
     */
    VfioPciDevice(
            PciAddress address, VfioDevice device, DmaSpace space, int numaNode, Runnable release)
            throws IOException {
        this.address = address;
        this.device = device;
        this.space = space;
        this.numaNode = numaNode;
        this.release = release;
        if (!device.isPci()) {
            throw VfioTrouble.trouble(address + " is no PCI function to VFIO", "use another one");
        }
        VfioRegion space0 = device.region(VfioDevice.REGION_CONFIG);
        this.config =
                new FileConfig(device.descriptor(), space0.position(), (int) space0.byteSize());
        this.msix = MsixCapability.of(config, PciCapabilities.of(config));
        this.interruptsMax = device.interruptCount(VfioDevice.IRQ_MSIX);
        this.resets = device.resets();
        busMaster(false);
        PciHeader.command(config, PciHeader.COMMAND_MEMORY | PciHeader.COMMAND_IO, true);
        this.recall = recall(device);
    }

    private static @Nullable EventFd recall(VfioDevice device) throws SystemCallException {
        if (device.interruptCount(VfioDevice.IRQ_REQUEST) == 0) {
            return null;
        }
        EventFd recall = EventFd.create();
        try {
            device.interrupts(VfioDevice.IRQ_REQUEST, List.of(recall));
            return recall;
        } catch (Throwable t) {
            recall.close();
            throw t;
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
        requireOpen();
        Mmio known = bars[index];
        if (known == null) {
            known = open(index);
            bars[index] = known;
        }
        return known;
    }

    private Mmio open(int index) throws IOException {
        VfioRegion region = device.region(index);
        if (region.byteSize() <= 0 || !region.readable()) {
            throw new IOException(
                    address
                            + " has nothing behind its base address register "
                            + index
                            + ". Remedy: use one that it has; ringroad pci list --bars shows them.");
        }
        Descriptor descriptor = device.descriptor();
        Mmio slow = new FileMmio(descriptor, region.position(), region.byteSize());
        List<VfioRegion.Area> areas = MappableAreas.of(region, index, msix);
        if (areas.isEmpty()) {
            return slow;
        }
        Mmio[] mapped = new Mmio[areas.size()];
        long[] begins = new long[areas.size()];
        for (int i = 0; i < mapped.length; i++) {
            VfioRegion.Area area = areas.get(i);
            KernelMapping mapping =
                    KernelMapping.map(
                            descriptor, region.position() + area.offset(), area.byteSize());
            mappings.add(mapping);
            mapped[i] = new MappedMmio(mapping.segment());
            begins[i] = area.offset();
        }
        boolean whole = areas.getFirst().byteSize() == region.byteSize();
        return whole ? mapped[0] : new MixedMmio(slow, begins, mapped);
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
        return interruptsMax;
    }

    @Override
    public synchronized List<EventFd> enableInterrupts(int count) throws IOException {
        if (count < 0 || count > interruptsMax) {
            throw new IllegalArgumentException(
                    address + " tells " + interruptsMax + " interrupts apart, not " + count);
        }
        requireOpen();
        disableInterrupts();
        List<EventFd> fresh = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                fresh.add(EventFd.create());
            }
            if (count > 0) {
                device.interrupts(VfioDevice.IRQ_MSIX, fresh);
            }
        } catch (SystemCallException e) {
            fresh.forEach(EventFd::close);
            throw new SystemCallException(
                    e.call(),
                    e.errno(),
                    "ask for fewer interrupts; the machine may have no more to give");
        }
        signals = List.copyOf(fresh);
        return signals;
    }

    private void disableInterrupts() throws SystemCallException {
        if (!signals.isEmpty()) {
            device.interrupts(VfioDevice.IRQ_MSIX, List.of());
            signals.forEach(EventFd::close);
            signals = List.of();
        }
    }

    @Override
    public Optional<EventFd> recall() {
        return Optional.ofNullable(recall);
    }

    @Override
    public void reset() throws IOException {
        if (!resets) {
            throw VfioTrouble.trouble(
                    address + " knows no reset that leaves its neighbours alone",
                    "reset it in the device's own way, or power the machine off and on");
        }
        device.reset();
    }

    @Override
    public int numaNode() {
        return numaNode;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(address + " has been closed.");
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        busMaster(false);
        try {
            disableInterrupts();
            resetAtLast();
        } finally {
            signals.forEach(EventFd::close);
            if (recall != null) {
                recall.close();
            }
            mappings.forEach(KernelMapping::close);
            device.close();
            release.run();
        }
    }

    /** Unless it has gone, or is on its way: then the kernel sees to it. */
    private void resetAtLast() throws SystemCallException {
        if (!resets || !PciHeader.isPresent(config)) {
            return;
        }
        try {
            device.reset();
        } catch (SystemCallException e) {
            if (e.errno() != Errno.EAGAIN && e.errno() != Errno.ENOTTY) {
                throw e;
            }
        }
    }
}
