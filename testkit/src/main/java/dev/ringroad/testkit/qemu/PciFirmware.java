package dev.ringroad.testkit.qemu;

import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciConfig;
import dev.ringroad.core.pci.PciHeader;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a PC's firmware does to PCI before anybody else runs: opens the configuration window,
 * numbers the buses behind bridges and gives them and the functions addresses.
 *
 * <pre>
 *   b0000000  configuration window, 4 KiB a function, 256 buses
 *   c0000000  registers of functions on bus 0
 *   e0000000  registers behind bridges, 64 MiB each
 *   fc000000  end
 * </pre>
 */
final class PciFirmware {
    /** A window of registers; no window has 0 bytes. */
    record Window(long address, long bytes) {}

    static final int BARS = 6;

    private static final int INDEX_PORT = 0xcf8;
    private static final int DATA_PORT = 0xcfc;
    private static final int PCIEXBAR =
            0x60; // of the host bridge, Intel 3 Series datasheet, 5.1.14
    private static final long ECAM = 0xb000_0000L;
    private static final long BUS_0_BEGIN = 0xc000_0000L;
    private static final long BRIDGED_BEGIN = 0xe000_0000L;
    private static final long BRIDGE_BYTES = 0x0400_0000L;
    private static final int BRIDGES_MAX = 7;

    private static final int COMMAND_BOTH = PciHeader.COMMAND_MEMORY | PciHeader.COMMAND_BUS_MASTER;
    private static final int BUS_NUMBERS = 0x18;
    private static final int MEMORY_WINDOW = 0x20;
    private static final int PREFETCHABLE_WINDOW = 0x24;
    private static final int NO_WINDOW = 0x0000_fff0; // its base is behind its limit

    private final TestSocket socket;
    private final int domain;
    private int bridges;
    private long bus0Free = BUS_0_BEGIN;

    PciFirmware(TestSocket socket, int domain) throws IOException {
        this.socket = socket;
        this.domain = domain;
        hostBridge(PCIEXBAR + 4, 0);
        hostBridge(PCIEXBAR, (int) ECAM | 1);
        for (PciAddress function : scan(0)) {
            PciConfig config = config(function);
            if (isBridge(config)) {
                openBridge(config);
            }
        }
    }

    private void hostBridge(int register, int value) throws IOException {
        socket.out(4, INDEX_PORT, 1 << 31 | register);
        socket.out(4, DATA_PORT, value);
    }

    private static boolean isBridge(PciConfig config) {
        return (config.readByte(PciHeader.HEADER_TYPE) & 0x7f) == 1;
    }

    private void openBridge(PciConfig bridge) throws IOException {
        if (bridges == BRIDGES_MAX) {
            throw new IOException("This lab has addresses for " + BRIDGES_MAX + " bridges only.");
        }
        bridges++;
        long base = bridgeBase(bridges);
        long last = base + BRIDGE_BYTES - 1;
        bridge.writeInt(BUS_NUMBERS, bridges << 16 | bridges << 8);
        bridge.writeInt(
                MEMORY_WINDOW, (int) (last >> 16 & 0xfff0) << 16 | (int) (base >> 16 & 0xfff0));
        bridge.writeInt(PREFETCHABLE_WINDOW, NO_WINDOW);
        PciHeader.command(bridge, COMMAND_BOTH, true);
    }

    private static long bridgeBase(int bus) {
        return BRIDGED_BEGIN + (bus - 1) * BRIDGE_BYTES;
    }

    PciConfig config(PciAddress function) {
        return new EcamConfig(socket, ECAM + ((long) function.routingId() << 12));
    }

    /** The functions that are there now, bridges left out. */
    List<PciAddress> functions() {
        List<PciAddress> found = new ArrayList<>();
        for (int bus = 0; bus <= bridges; bus++) {
            for (PciAddress function : scan(bus)) {
                if (!isBridge(config(function))) {
                    found.add(function);
                }
            }
        }
        return found;
    }

    private List<PciAddress> scan(int bus) {
        List<PciAddress> found = new ArrayList<>();
        for (int device = 0; device < 32; device++) {
            PciAddress first = new PciAddress(domain, bus, device, 0);
            if (!PciHeader.isPresent(config(first))) {
                continue;
            }
            boolean several = config(first).readByte(PciHeader.HEADER_TYPE) < 0;
            for (int function = 0; function < (several ? 8 : 1); function++) {
                PciAddress address = new PciAddress(domain, bus, device, function);
                if (PciHeader.isPresent(config(address))) {
                    found.add(address);
                }
            }
        }
        return found;
    }

    /**
     * Gives addresses to the windows of a function that has none yet, and opens them. Behind a
     * bridge there is one function, which gets them from the beginning again each time.
     */
    synchronized Window[] assign(PciAddress function) throws IOException {
        PciConfig config = config(function);
        PciHeader.command(config, COMMAND_BOTH, false);
        Window[] windows = new Window[BARS];
        long free = function.bus() == 0 ? bus0Free : bridgeBase(function.bus());
        long end = function.bus() == 0 ? BRIDGED_BEGIN : free + BRIDGE_BYTES;
        for (int index = 0; index < BARS; index++) {
            windows[index] = assign(config, index, free, end);
            free = Math.max(free, windows[index].address() + windows[index].bytes());
            if ((config.readInt(PciHeader.BAR_0 + 4 * index) & 7)
                    == 4) { // 64 bits: the next is its upper half
                windows[++index] = new Window(0, 0);
            }
        }
        if (function.bus() == 0) {
            bus0Free = free;
        }
        PciHeader.command(config, PciHeader.COMMAND_MEMORY, true);
        return windows;
    }

    private static Window assign(PciConfig config, int index, long free, long end)
            throws IOException {
        int at = PciHeader.BAR_0 + 4 * index;
        int before = config.readInt(at);
        config.writeInt(at, -1);
        int mask = config.readInt(at);
        config.writeInt(at, before);
        boolean ports = (mask & 1) != 0;
        if (mask == 0 || ports) {
            return new Window(0, 0);
        }
        long bytes = Integer.toUnsignedLong(-(mask & ~0xf));
        long address = Integer.toUnsignedLong(before & ~0xf);
        if (address == 0) {
            address = (free + bytes - 1) & -bytes;
            if (bytes == 0 || address + bytes > end) {
                throw new IOException("This lab has no addresses left for " + bytes + " bytes.");
            }
            config.writeInt(at, (int) address);
            if ((mask & 7) == 4) {
                config.writeInt(at + 4, 0);
            }
        }
        return new Window(address, bytes);
    }
}
