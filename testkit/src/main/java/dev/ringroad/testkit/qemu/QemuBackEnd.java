package dev.ringroad.testkit.qemu;

import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciBackEnd;
import dev.ringroad.core.pci.PciDevice;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The functions of all machines that this process has started, each a PCI domain of its own: what
 * commands under test open as {@code qemu:0001:00:04.0}.
 */
public final class QemuBackEnd implements PciBackEnd {
    /** For the service loader. */
    public QemuBackEnd() {}

    @Override
    public String name() {
        return "qemu";
    }

    @Override
    public List<PciAddress> functions() throws IOException {
        List<PciAddress> functions = new ArrayList<>();
        for (QemuMachine machine : QemuMachine.running()) {
            functions.addAll(machine.functions());
        }
        return functions;
    }

    @Override
    public PciDevice open(PciAddress address) throws IOException {
        for (QemuMachine machine : QemuMachine.running()) {
            if (machine.domain() == address.domain()) {
                return machine.open(address);
            }
        }
        throw new IOException(
                "No machine of QEMU that this process started has the function "
                        + address
                        + ". Remedy: start one; its domain is its number.");
    }
}
