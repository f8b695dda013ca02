package dev.ringroad.cli.nvme;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.nvme.fabrics.initiator.Discovery;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.util.List;

/** Asks a target which subsystems there are. */
@Command(
        name = "discover",
        description = {
            "Asks a discovery controller over NVMe/TCP which subsystems there are and where.",
            "",
            "A port that is left out is 4420; discovery controllers of their own often listen at 8009."
        },
        footer = {"", "Example:", "  ringroad nvme discover 10.0.0.1:8009"})
final class NvmeDiscoverCommand extends Subcommand {
    @Parameters(paramLabel = "ADDRESS[:PORT]", description = "Where to ask.")
    private String address = "";

    @Option(names = "--json", description = "Prints an array of objects instead.")
    private boolean json;

    @Mixin private HostOptions host = new HostOptions();

    /** Used by picocli. */
    NvmeDiscoverCommand() {}

    @Override
    public void run() {
        List<Discovery.Entry> found;
        try {
            found = Discovery.discover(HostOptions.address(address), host.config());
        } catch (IOException e) {
            throw Refusal.failed("Discovery failed: " + FileTrouble.words(e) + ".");
        }
        if (json) {
            System.out.print(Facts.json(found.stream().map(NvmeDiscoverCommand::facts).toList()));
            return;
        }
        System.out.println(
                found.size() + (found.size() == 1 ? " entry" : " entries") + " at " + address);
        for (Discovery.Entry entry : found) {
            System.out.println(
                    "  "
                            + entry.subsystem()
                            + "  "
                            + entry.transport()
                            + " "
                            + entry.address()
                            + " port "
                            + entry.service()
                            + (entry.discovery() ? "  (discovery)" : ""));
        }
    }

    private static Facts facts(Discovery.Entry entry) {
        return new Facts()
                .add("subsystem", entry.subsystem())
                .add("transport", entry.transport())
                .add("address", entry.address())
                .add("service", entry.service())
                .add("port_id", entry.port())
                .add("discovery", entry.discovery());
    }
}
