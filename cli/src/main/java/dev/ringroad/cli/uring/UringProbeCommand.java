package dev.ringroad.cli.uring;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.core.linux.KernelFeatures;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.Feature;
import dev.ringroad.uring.Operation;
import dev.ringroad.uring.SetupFlag;
import dev.ringroad.uring.UringProbe;

import picocli.CommandLine.Command;

/** Shows which parts of io_uring this kernel has, and since when kernels have them. */
@Command(
        name = "probe",
        description = {
            "Shows what of io_uring this kernel has, by asking it and by making rings, and which kernel was"
                    + " the first to have it."
        })
final class UringProbeCommand extends Subcommand {

    /** Used by picocli. */
    UringProbeCommand() {}

    @Override
    public void run() {
        try {
            System.out.print(table(KernelFeatures.release(), UringProbe.run()));
        } catch (SystemCallException e) {
            throw Refusal.failed("This machine refuses io_uring: " + FileTrouble.words(e) + ".");
        }
    }

    /** A line for each operation, flag and feature. */
    static String table(String release, UringProbe probe) {
        StringBuilder text = new StringBuilder();
        text.append("io_uring of Linux ").append(release).append("\n\nOperations of an entry\n");
        for (Operation operation : Operation.values()) {
            line(
                    text,
                    probe.operations().contains(operation),
                    operation.name(),
                    operation.since(),
                    "");
        }
        text.append("\nFlags of a ring\n");
        for (SetupFlag flag : SetupFlag.values()) {
            line(text, probe.flags().contains(flag), flag.name(), flag.since(), "");
        }
        text.append("\nFeatures of every ring\n");
        for (Feature feature : Feature.values()) {
            line(
                    text,
                    probe.features().contains(feature),
                    feature.name(),
                    feature.since(),
                    "  " + feature.meaning());
        }
        return text.toString();
    }

    private static void line(
            StringBuilder text, boolean there, String name, String since, String meaning) {
        String row =
                "  %-3s  %-18s  Linux %-4s%s".formatted(there ? "yes" : "no", name, since, meaning);
        text.append(row.stripTrailing()).append('\n');
    }
}
