package dev.ringroad.testkit.qemu;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.memory.DmaSpace;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciConfig;
import dev.ringroad.core.pci.PciDevice;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/** A function of a {@link QemuMachine}. */
public final class QemuPciDevice implements PciDevice {
    private static final int COMMAND_MEMORY = 1 << 1;
    private static final int COMMAND_BUS_MASTER = 1 << 2;
    private static final int BAR_0 = 0x10;

    // PCI Express Base Specification, sections 7.5.3.3 and 7.5.3.4
    private static final int EXPRESS = 0x10;
    private static final int EXPRESS_CAPABILITIES = 4;
    private static final int EXPRESS_CONTROL = 8;
    private static final int CAN_RESET = 1 << 28;
    private static final int DO_RESET = 1 << 15;

    // PCI Local Bus Specification 3.0, section 6.8.2
    private static final int MSIX = 0x11;
    private static final int MSIX_CONTROL = 2;
    private static final int MSIX_TABLE = 4;
    private static final int MSIX_ENTRY_BYTES = 16;
    private static final int MSIX_ENABLE = 1 << 15;
    private static final int MSIX_MASK_ALL = 1 << 14;
    private static final int MSIX_COUNT_MASK = 0x7ff;
    private static final int MESSAGE = 1; // any but 0

    private final QemuMachine machine;
    private final PciAddress address;
    private final EcamConfig config;
    private final PciFirmware.Window[] windows;
    private final @Nullable SocketMmio[] bars = new SocketMmio[PciFirmware.BARS];
    private @Nullable InterruptWatcher interrupts;
    private boolean closed;

    QemuPciDevice(
            QemuMachine machine,
            PciAddress address,
            EcamConfig config,
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
                            machine.socket(), window.address(), window.bytes(), config::isThere);
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
        config.command(on ? COMMAND_BUS_MASTER : 0, on ? 0 : COMMAND_BUS_MASTER);
    }

    @Override
    public int interruptsMax() {
        int msix = config.capability(MSIX);
        return msix == 0 ? 0 : (config.readShort(msix + MSIX_CONTROL) & MSIX_COUNT_MASK) + 1;
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
        int msix = config.capability(MSIX);
        int table = config.readInt(msix + MSIX_TABLE);
        Mmio registers = bar(table & 7);
        config.writeShort(msix + MSIX_CONTROL, (short) (MSIX_ENABLE | MSIX_MASK_ALL));
        for (int vector = 0; vector < watcher.events().size(); vector++) {
            long entry = (table & ~7) + (long) vector * MSIX_ENTRY_BYTES;
            registers.writeInt(entry, (int) watcher.address(vector));
            registers.writeInt(entry + 4, (int) (watcher.address(vector) >>> 32));
            registers.writeInt(entry + 8, MESSAGE);
            registers.writeInt(entry + 12, 0); // not masked
        }
        config.writeShort(msix + MSIX_CONTROL, (short) MSIX_ENABLE);
    }

    private void disableInterrupts() {
        InterruptWatcher before = interrupts;
        interrupts = null;
        if (before == null) {
            return;
        }
        try (before) {
            int msix = config.capability(MSIX);
            if (msix != 0) {
                config.writeShort(msix + MSIX_CONTROL, (short) 0);
            }
        }
    }

    @Override
    public synchronized void reset() throws IOException {
        if (!hasReset()) {
            throw new IOException(
                    "The function "
                            + address
                            + " cannot be reset by itself: it has no function level reset. Remedy:"
                            + " start its machine anew.");
        }
        int express = config.capability(EXPRESS);
        int[] saved = new int[PciFirmware.BARS];
        for (int index = 0; index < saved.length; index++) {
            saved[index] = config.readInt(BAR_0 + 4 * index);
        }
        int command = config.readShort(4) & 0xffff;
        int control = config.readShort(express + EXPRESS_CONTROL) & 0xffff;
        // The model is done before it answers; a device may take 100 ms (section 6.6.2).
        config.writeShort(express + EXPRESS_CONTROL, (short) (control | DO_RESET));
        config.writeShort(express + EXPRESS_CONTROL, (short) control);
        for (int index = 0; index < saved.length; index++) {
            config.writeInt(BAR_0 + 4 * index, saved[index]);
        }
        config.command(command, 0);
        if (interrupts != null) {
            programInterrupts(interrupts);
        }
    }

    private boolean hasReset() {
        int express = config.capability(EXPRESS);
        return express != 0 && (config.readInt(express + EXPRESS_CAPABILITIES) & CAN_RESET) != 0;
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
            if (config.isThere()) {
                busMaster(false);
                if (hasReset()) {
                    reset();
                }
                config.command(0, COMMAND_MEMORY);
            }
        }
    }
}
