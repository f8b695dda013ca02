package dev.ringroad.testkit.qemu;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.memory.DmaSpace;
import dev.ringroad.core.pci.ExpressCapability;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.MsixCapability;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciCapabilities;
import dev.ringroad.core.pci.PciConfig;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.core.pci.PciHeader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A function of a {@link QemuMachine}. */
public final class QemuPciDevice implements PciDevice {
    // PCI Express Base Specification, section 7.5.3.4
    private static final int EXPRESS_CONTROL = 8;
    private static final int DO_RESET = 1 << 15;

    private static final int MESSAGE = 1; // any but 0

    private final QemuMachine machine;
    private final PciAddress address;
    private final PciConfig config;
    private final PciFirmware.Window[] windows;
    private final @Nullable SocketMmio[] bars = new SocketMmio[PciFirmware.BARS];
    private @Nullable InterruptWatcher interrupts;
    private boolean closed;

    QemuPciDevice(
            QemuMachine machine,
            PciAddress address,
            PciConfig config,
            PciFirmware.Window[] windows) {
        this.machine = machine;
        this.address = address;
        this.config = config;
        this.windows = windows;
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
        if (index < 0 || index >= windows.length || windows[index].bytes() == 0) {
            throw new IOException(
                    "The function " + address + " has no registers behind BAR " + index + ".");
        }
        SocketMmio bar = bars[index];
        if (bar == null) {
            PciFirmware.Window window = windows[index];
            bar =
                    new SocketMmio(
                            new SocketWindow(machine.socket(), window.address(), window.bytes()),
                            () -> PciHeader.isPresent(config));
            bars[index] = bar;
        }
        return bar;
    }

    @Override
    public DmaSpace dma() {
        return machine.memory();
    }

    @Override
    public void busMaster(boolean on) {
        PciHeader.command(config, PciHeader.COMMAND_BUS_MASTER, on);
    }

    @Override
    public int interruptsMax() {
        return msix().map(MsixCapability::vectorCount).orElse(0);
    }

    private Optional<MsixCapability> msix() {
        return MsixCapability.of(config, PciCapabilities.of(config));
    }

    private Optional<ExpressCapability> express() {
        return ExpressCapability.of(config, PciCapabilities.of(config));
    }

    @Override
    public synchronized List<EventFd> enableInterrupts(int count) throws IOException {
        if (count < 0 || count > interruptsMax()) {
            throw new IllegalArgumentException(
                    "The function "
                            + address
                            + " has "
                            + interruptsMax()
                            + " vectors, not "
                            + count);
        }
        disableInterrupts();
        if (count == 0) {
            return List.of();
        }
        DmaMemory words = machine.memory().allocate("interrupts", (long) count * Integer.BYTES);
        InterruptWatcher watcher;
        try {
            watcher = new InterruptWatcher(words, count);
        } catch (Throwable t) {
            words.close();
            throw t;
        }
        interrupts = watcher;
        programInterrupts(watcher);
        return watcher.events();
    }

    private void programInterrupts(InterruptWatcher watcher) throws IOException {
        MsixCapability msix = msix().orElseThrow();
        Mmio registers = bar(msix.tableBar());
        for (int vector = 0; vector < watcher.events().size(); vector++) {
            msix.program(registers, vector, watcher.address(vector), MESSAGE);
        }
        msix.enable(config, true);
    }

    private void disableInterrupts() {
        InterruptWatcher before = interrupts;
        interrupts = null;
        if (before == null) {
            return;
        }
        try (before) {
            msix().ifPresent(msix -> msix.enable(config, false));
        }
    }

    @Override
    public synchronized void reset() throws IOException {
        ExpressCapability express =
                express()
                        .filter(ExpressCapability::resetsItself)
                        .orElseThrow(
                                () ->
                                        new IOException(
                                                "The function "
                                                        + address
                                                        + " cannot be reset by itself: it has no"
                                                        + " function level reset. Remedy: start its"
                                                        + " machine anew."));
        int[] saved = new int[PciFirmware.BARS];
        for (int index = 0; index < saved.length; index++) {
            saved[index] = config.readInt(PciHeader.BAR_0 + 4 * index);
        }
        short command = config.readShort(PciHeader.COMMAND);
        int control = config.readShort(express.offset() + EXPRESS_CONTROL);
        // The model is done before it answers, so that nobody waits; a device may take 100 ms.
        config.writeShort(express.offset() + EXPRESS_CONTROL, (short) (control | DO_RESET));
        config.writeShort(express.offset() + EXPRESS_CONTROL, (short) control);
        for (int index = 0; index < saved.length; index++) {
            config.writeInt(PciHeader.BAR_0 + 4 * index, saved[index]);
        }
        config.writeShort(PciHeader.COMMAND, command);
        if (interrupts != null) {
            programInterrupts(interrupts);
        }
    }

    @Override
    public int numaNode() {
        return -1;
    }

    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            giveBack();
        } finally {
            for (SocketMmio bar : bars) {
                if (bar != null) {
                    bar.close();
                }
            }
            machine.closed(address);
        }
    }

    private void giveBack() throws IOException {
        try {
            disableInterrupts();
        } finally {
            if (PciHeader.isPresent(config)) {
                busMaster(false);
                if (express().map(ExpressCapability::resetsItself).orElse(false)) {
                    reset();
                }
                PciHeader.command(config, PciHeader.COMMAND_MEMORY, false);
            }
        }
    }
}
