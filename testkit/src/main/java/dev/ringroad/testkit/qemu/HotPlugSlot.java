package dev.ringroad.testkit.qemu;

import dev.ringroad.core.pci.PciCapabilities;
import dev.ringroad.core.pci.PciCapability;
import dev.ringroad.core.pci.PciConfig;

import java.io.IOException;

/**
 * The slot of a {@code pcie-root-port}, and what an operating system does there when a device comes
 * or goes (PCI Express Base Specification, sections 6.7 and 7.5.3.10). The machine has to be
 * started with {@code -global} and {@link #NATIVE}.
 */
public final class HotPlugSlot {
    /** Has the port itself plug, rather than ACPI, which needs a guest. */
    public static final String NATIVE = "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off";

    private static final int SLOT_CONTROL = 0x18;
    private static final int SLOT_STATUS = 0x1a;
    private static final int POWER_OFF = 1 << 10;
    private static final int POWER_INDICATOR = 3 << 8;
    private static final int POWER_INDICATOR_ON = 1 << 8;
    private static final int POWER_INDICATOR_OFF = 3 << 8;
    private static final int PRESENT = 1 << 6;

    private final QemuMonitor monitor;
    private final PciConfig port;
    private final int control;

    HotPlugSlot(QemuMonitor monitor, PciConfig port) {
        this.monitor = monitor;
        this.port = port;
        this.control =
                PciCapabilities.of(port).find(PciCapability.EXPRESS).orElseThrow() + SLOT_CONTROL;
    }

    /** Pulls the device out without asking anybody: QEMU unplugs what loses its slot's power. */
    public void pull() {
        power(POWER_OFF, POWER_INDICATOR_OFF);
    }

    /**
     * Plugs a device in and gives the slot power.
     *
     * @param device as in QEMU's {@code -device}, with the port as its {@code bus}
     */
    public void plug(String device) throws IOException {
        monitor.order("device_add " + device);
        power(0, POWER_INDICATOR_ON);
    }

    private void power(int power, int indicator) {
        int before = port.readShort(control) & 0xffff;
        int others = before & ~(POWER_OFF | POWER_INDICATOR);
        port.writeShort(control, (short) (others | power | indicator));
    }

    /** Whether a device is in the slot. */
    public boolean isTaken() {
        int status = port.readShort(control + SLOT_STATUS - SLOT_CONTROL);
        return (status & PRESENT) != 0;
    }
}
