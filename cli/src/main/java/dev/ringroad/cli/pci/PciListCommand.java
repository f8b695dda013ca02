package dev.ringroad.cli.pci;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.pci.PciAddress;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.util.List;

/** Lists functions. */
@Command(
        name = "list",
        description = {
            "Lists the PCI devices: class, vendor and device, driver, IOMMU group, NUMA node, and what uses"
                    + " them."
        })
final class PciListCommand extends Subcommand {

    @Parameters(
            paramLabel = "ADDRESS",
            arity = "0..*",
            description = "Only these, such as 0000:3b:00.0; all if none is given.")
    private List<String> addresses = List.of();

    @Option(names = "--bars", description = "Also the sizes of their base address registers.")
    private boolean bars;

    @Option(names = "--json", description = "Prints an array of objects instead of a table.")
    private boolean json;

    /** Used by picocli. */
    PciListCommand() {}

    @Override
    public void run() {
        System.out.print(text(Roots.here()));
    }

    private String text(Roots roots) {
        try {
            List<PciAddress> all = roots.tree().functions();
            List<PciAddress> wanted = Addresses.of(addresses);
            for (PciAddress address : wanted) {
                if (!all.contains(address)) {
                    throw Refusal.wrongUse(
                            "There is no PCI function "
                                    + address
                                    + "; ringroad pci list shows all there are.");
                }
            }
            List<PciAddress> shown = wanted.isEmpty() ? all : wanted;
            PciTable table = new PciTable(roots);
            return json ? table.json(shown) : table.text(shown, bars);
        } catch (IOException e) {
            throw Refusal.failed(String.valueOf(e.getMessage()));
        }
    }
}
