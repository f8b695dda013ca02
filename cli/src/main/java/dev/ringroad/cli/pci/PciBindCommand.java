package dev.ringroad.cli.pci;

import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.pci.PciAddress;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.List;

/** Takes functions from the kernel's drivers. */
@Command(
        name = "bind",
        description = {
            "Takes PCI devices from the kernel's drivers and gives them to VFIO, for programs.",
            "",
            "A device with a mounted file system, swap, or anything that the kernel has claimed stays where"
                    + " it is, whatever is said; one with a route needs --force."
        })
final class PciBindCommand extends Subcommand {

    @Parameters(paramLabel = "ADDRESS", arity = "1..*", description = "Such as 0000:3b:00.0.")
    private List<String> addresses = List.of();

    @Option(
            names = "--driver",
            paramLabel = "NAME",
            description = "Another driver than ${DEFAULT-VALUE}; none leaves it without one.",
            defaultValue = "vfio-pci")
    private String driver = "vfio-pci";

    @Option(names = "--force", description = "Even if routes go with it.")
    private boolean force;

    /** Used by picocli. */
    PciBindCommand() {}

    @Override
    public void run() {
        List<PciAddress> all = Addresses.of(addresses);
        PciBinding binding = new PciBinding(Roots.here(), KernelWrites.here());
        all.forEach(address -> binding.check(address, driver, force));
        all.forEach(address -> System.out.println("ringroad: " + binding.bind(address, driver)));
    }
}
