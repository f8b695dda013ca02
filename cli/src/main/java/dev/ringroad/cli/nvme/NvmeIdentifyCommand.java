package dev.ringroad.cli.nvme;

import dev.ringroad.cli.common.Subcommand;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a drive says of itself. */
@Command(
        name = "identify",
        description = {"Shows what an NVMe drive says of itself and of its namespaces."},
        footer = {"", "Example:", "  ringroad nvme identify 0000:3b:00.0 --namespace 1"})
final class NvmeIdentifyCommand extends Subcommand {

    @Parameters(paramLabel = "DEVICE", description = "Its PCI address, such as 0000:3b:00.0.")
    private String device = "";

    @Option(names = "--namespace", paramLabel = "ID", description = "Only this namespace, from 1.")
    private @Nullable Integer namespace;

    @Option(names = "--json", description = "Prints an object instead.")
    private boolean json;

    /** Used by picocli. */
    NvmeIdentifyCommand() {}

    @Override
    public void run() {
        Integer id = namespace;
        Facts facts =
                Drives.use(
                        device,
                        controller ->
                                id == null
                                        ? DriveFacts.of(device, controller)
                                        : DriveFacts.usable(controller, id, true));
        System.out.print(json ? facts.json() : facts.text());
    }
}
