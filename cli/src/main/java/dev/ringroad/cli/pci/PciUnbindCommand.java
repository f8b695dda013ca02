package dev.ringroad.cli.pci;

import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.pci.PciAddress;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.List;

/** Gives functions back to the kernel's drivers. */
@Command(name = "unbind", description = "Gives PCI devices back to the kernel's own drivers.")
final class PciUnbindCommand extends Subcommand {

    @Parameters(paramLabel = "ADDRESS", arity = "1..*", description = "Such as 0000:3b:00.0.")
    private List<String> addresses = List.of();

    /** Used by picocli. */
    PciUnbindCommand() {}

    @Override
    public void run() {
        List<PciAddress> all = Addresses.of(addresses);
        PciBinding binding = new PciBinding(Roots.here(), KernelWrites.here());
        all.forEach(address -> System.out.println("ringroad: " + binding.unbind(address)));
    }
}
