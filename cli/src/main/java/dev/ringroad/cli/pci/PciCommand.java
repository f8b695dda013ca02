package dev.ringroad.cli.pci;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;

import picocli.CommandLine.Command;

/** PCI functions: who has them, and handing them over. */
@Command(
        name = "pci",
        description = {
            "PCI devices: which there are, who uses them, and handing them to programs and back."
        },
        subcommands = {PciListCommand.class, PciBindCommand.class, PciUnbindCommand.class},
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  ringroad pci list",
            "  ringroad pci bind 0000:3b:00.0",
            "  ringroad pci unbind 0000:3b:00.0"
        })
public final class PciCommand extends Subcommand {

    /** Used by picocli. */
    PciCommand() {}

    @Override
    public void run() {
        throw Refusal.wrongUse(
                "Say what with PCI devices, such as: ringroad pci list; there are list, bind and"
                        + " unbind.");
    }
}
