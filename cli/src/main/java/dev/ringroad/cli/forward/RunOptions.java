package dev.ringroad.cli.forward;

import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.worker.IdleStrategy;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;

/** What the commands that move frames between ports have in common. */
final class RunOptions {

    private static final long SPIN_NANOS = 50_000;
    private static final long YIELD_NANOS = 50_000;
    private static final int BURST_MAX = 512;

    @Option(
            names = "--port",
            paramLabel = "SPEC",
            required = true,
            description = "A device; give one for each port.")
    private List<String> ports = List.of();

    @Option(
            names = "--cpus",
            paramLabel = "LIST",
            split = ",",
            description = "Processors, such as 1,3: a worker on each.")
    private @Nullable List<Integer> cpus;

    @Option(
            names = "--idle",
            paramLabel = "HOW",
            description =
                    "spin, adaptive (if not given) or interrupt: what a worker does without work.")
    private String idle = "adaptive";

    @Option(
            names = "--burst",
            paramLabel = "N",
            description = "Frames that travel together at most; 32 if not given.")
    private String burst = "32";

    @Option(names = "--seconds", paramLabel = "N", description = "Ends after so long.")
    private @Nullable String seconds;

    @Option(
            names = "--packets",
            paramLabel = "N",
            description = "Ends when so many frames have been sent, or received in rxonly.")
    private @Nullable String packets;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Writes what was counted at the end.")
    private @Nullable Path json;

    @Option(
            names = "--capture",
            paramLabel = "PORT=FILE",
            description = "Writes what a port receives and sends as pcapng.")
    private List<String> captures = List.of();

    /** Used by picocli. */
    RunOptions() {}

    /** When to end, if nobody says so before. */
    record Limits(long seconds, long packets) {}

    /** Refuses what cannot be, before anything is opened. */
    void check() {
        if (json != null) {
            OutputFile.check(json);
        }
        burstPackets();
        limits();
    }

    /** The specs as they were given. */
    List<String> ports() {
        return ports;
    }

    /** The captures as they were asked for. */
    List<String> captures() {
        return captures;
    }

    @Nullable List<Integer> cpus() {
        return cpus;
    }

    int burstPackets() {
        return (int) number("--burst", burst, 1, BURST_MAX);
    }

    @Nullable Path json() {
        return json;
    }

    Limits limits() {
        return new Limits(
                limit("--seconds", seconds, Integer.MAX_VALUE),
                limit("--packets", packets, Long.MAX_VALUE));
    }

    IdleStrategy strategy() {
        return switch (idle) {
            case "spin" -> IdleStrategy.spin();
            case "adaptive" -> IdleStrategy.adaptive(SPIN_NANOS, YIELD_NANOS);
            case "interrupt" -> IdleStrategy.interrupt();
            default ->
                    throw Refusal.wrongUse(
                            "--idle is spin, adaptive or interrupt, not \"" + idle + "\".");
        };
    }

    private static long limit(String option, @Nullable String value, long most) {
        return value == null ? Long.MAX_VALUE : number(option, value, 1, most);
    }

    /** The number that an option is, or a refusal that names the range. */
    static long number(String option, String value, long least, long most) {
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Told below, together with the range.
        }
        throw Refusal.wrongUse(
                option + " is a number from " + least + " to " + most + ", not " + value + ".");
    }
}
