package dev.ringroad.cli.common;

import picocli.CommandLine.Option;

/** What every subcommand has: {@code --help}. */
public abstract class Subcommand implements Runnable {
    /** For the subcommands. */
    protected Subcommand() {}

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this text.")
    final void help(boolean asked) {
        // Nothing to keep: picocli shows the text instead of running the command.
    }
}
