package dev.ringroad.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code ringroad} command. */
@Command(
        name = "ringroad",
        description = "Kernel bypass for the JVM.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class Main implements Runnable {

    @CommandLine.Spec private CommandLine.Model.CommandSpec specification;

    /** Used by picocli. */
    Main() {}

    /**
     * Runs the command and ends the process with its exit code: 0, or 2 for a wrong command line.
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public void run() {
        specification.commandLine().usage(System.out);
    }
}
