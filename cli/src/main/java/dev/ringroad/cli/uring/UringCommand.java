package dev.ringroad.cli.uring;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;

import picocli.CommandLine.Command;

/** Programs on io_uring, and what it is here. */
@Command(
        name = "uring",
        description =
                "Files and sockets through io_uring: what there is, how fast it is, a copier, servers.",
        subcommands = {
            UringProbeCommand.class,
            UringPerfCommand.class,
            UringCopyCommand.class,
            UringServeCommand.class,
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  ringroad uring probe",
            "  ringroad uring perf --rw randread --bs 4k --depth 32 FILE"
        })
public final class UringCommand extends Subcommand {

    /** Used by picocli. */
    UringCommand() {}

    @Override
    public void run() {
        throw Refusal.wrongUse(
                "Say what of io_uring, such as: ringroad uring probe; there are probe, perf, cp and serve.");
    }
}
