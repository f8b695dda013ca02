package dev.ringroad.cli.uring;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;

import picocli.CommandLine.Command;

/** What there is about io_uring. */
@Command(
        name = "uring",
        description = "Shows what io_uring is on this machine.",
        subcommands = {
            UringProbeCommand.class,
            UringPerfCommand.class,
            UringCopyCommand.class,
            UringServeCommand.class,
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  ringroad uring probe"})
public final class UringCommand extends Subcommand {

    /** Used by picocli. */
    UringCommand() {}

    @Override
    public void run() {
        throw Refusal.wrongUse("Say what of io_uring: ringroad uring probe.");
    }
}
