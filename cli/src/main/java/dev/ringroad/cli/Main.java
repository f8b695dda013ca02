package dev.ringroad.cli;

import dev.ringroad.cli.afxdp.AfXdpOpenCommand;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.doctor.DoctorCommand;
import dev.ringroad.cli.forward.ForwardCommand;
import dev.ringroad.cli.forward.RouteCommand;
import dev.ringroad.cli.inspect.CountersCommand;
import dev.ringroad.cli.inspect.SocketsCommand;
import dev.ringroad.cli.nvme.NvmeCommand;
import dev.ringroad.cli.pci.PciCommand;
import dev.ringroad.cli.run.RunCommand;
import dev.ringroad.cli.uring.UringCommand;
import dev.ringroad.cli.volume.VolumeCommand;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;
import java.util.regex.Pattern;

/** The {@code ringroad} command. */
@Command(
        name = "ringroad",
        description =
                "Kernel bypass for the JVM: sockets, packets, files and drives in user space, also under"
                        + " programs that know nothing of it.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            RunCommand.class,
            CompareCommand.class,
            BenchCommand.class,
            ForwardCommand.class,
            RouteCommand.class,
            AfXdpOpenCommand.class,
            UringCommand.class,
            PciCommand.class,
            NvmeCommand.class,
            VolumeCommand.class,
            DoctorCommand.class,
            SocketsCommand.class,
            CountersCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Begin with @|bold ringroad compare --quick|@, which needs no rights and no network card.",
            "@|bold ringroad COMMAND --help|@ tells more about a command.",
            "Exit codes: 0 done, 1 failed, 2 wrong use or missing rights; run passes on the program's own."
        })
public final class Main implements Callable<Integer> {
    private static final int HELP_WIDTH = 100;
    private static final Pattern JAVA_EXCEPTION =
            Pattern.compile(" \\(java[\\w.$]*Exception.*\\)$", Pattern.DOTALL);

    @Spec private @Nullable CommandSpec specification;

    /** Used by picocli. */
    Main() {}

    @Override
    public Integer call() {
        if (specification != null) {
            specification.commandLine().usage(System.err);
        }
        return Refusal.WRONG_USE;
    }

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(execute(args));
    }

    /**
     * Runs the command in this process.
     *
     * @return its exit code
     */
    public static int execute(String... words) {
        return commandLine().execute(words);
    }

    /** The command with all its subcommands, ready to execute. */
    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.setUsageHelpAutoWidth(true);
        commandLine.setUsageHelpWidth(HELP_WIDTH);
        commandLine.setExpandAtFiles(false); // java has argument files of its own
        commandLine.setExecutionExceptionHandler(Main::refuse);
        commandLine.setParameterExceptionHandler(Main::explain);
        commandLine.getSubcommands().values().stream()
                .filter(command -> command.getCommand() instanceof RunCommand)
                .forEach(run -> run.setStopAtPositional(true)); // what follows is the program's
        return commandLine;
    }

    private static int refuse(Exception e, CommandLine commandLine, CommandLine.ParseResult parsed)
            throws Exception {
        if (e instanceof Refusal refusal) {
            commandLine.getErr().println("ringroad: " + refusal.getMessage());
            return refusal.exitCode();
        }
        throw e;
    }

    private static int explain(CommandLine.ParameterException e, String[] words) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        if (e instanceof CommandLine.UnmatchedArgumentException unmatched
                && !e.getCommandLine().getSubcommands().isEmpty()
                && !unmatched.getUnmatched().getFirst().startsWith("-")) {
            e.getCommandLine()
                    .getErr()
                    .println(
                            "ringroad: There is no command \""
                                    + unmatched.getUnmatched().getFirst()
                                    + "\". See "
                                    + command
                                    + " --help.");
            return Refusal.WRONG_USE;
        }
        e.getCommandLine()
                .getErr()
                .println("ringroad: " + words(e) + ". See " + command + " --help.");
        return Refusal.WRONG_USE;
    }

    /** Without Java's types and exceptions, which picocli tells as well. */
    private static String words(CommandLine.ParameterException e) {
        return JAVA_EXCEPTION
                .matcher(String.valueOf(e.getMessage()))
                .replaceFirst("")
                .replaceFirst(" is not an? (int|long)$", " is no whole number that fits");
    }
}
