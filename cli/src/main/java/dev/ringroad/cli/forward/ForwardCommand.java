package dev.ringroad.cli.forward;

import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.worker.IdleStrategy;
import dev.ringroad.net.forward.Mode;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;

/** Forwards frames between devices, and tells how fast. */
@Command(
        name = "forward",
        description = {
            "Forwards frames between devices, as DPDK's testpmd does.",
            "",
            "Ports are paired, 0 with 1 and 2 with 3; a single one loops to itself. A port is a device such as",
            "  memif:/tmp/a.sock,role=server   shared memory with another process",
            "  tap:rr0                         a cable to the kernel",
            "  nil:a[,rx=no][,size=64]         makes frames out of nothing, swallows what is sent",
            "  pcap:in.pcap[,out=o.pcapng]     a file's frames; pps=N and loop=yes say how; - for no file",
            "  ring:a                          a cable within this process; name it twice",
            "",
            "MODE is what happens to a frame on its way:",
            "  io         nothing",
            "  mac        its Ethernet addresses become those of the sending port and its neighbour",
            "  macswap    its Ethernet addresses are exchanged",
            "  5tswap     Ethernet and IP addresses and the ports of TCP and UDP are exchanged",
            "  csum       the checksums of IPv4, TCP, UDP and ICMP are computed anew",
            "  icmpecho   ARP requests and pings are answered, all else is dropped",
            "  rxonly     it is forgotten",
            "  txonly     there is none: each port sends 64-byte frames of its own",
            "  flowgen    the same with 1024 flows"
        },
        footer = {
            "",
            "Examples:",
            "  ringroad forward --port nil:a --port nil:b --seconds 5 --idle spin",
            "  ringroad forward --port tap:rr0,host=10.9.1.1/24 --mode icmpecho",
            "  ringroad forward --port memif:/tmp/a.sock --port memif:/tmp/b.sock --capture 1=b.pcapng"
        })
public final class ForwardCommand extends Subcommand {

    private static final long SPIN_NANOS = 50_000;
    private static final long YIELD_NANOS = 50_000;
    private static final int BURST_MAX = 512;

    @Option(
            names = "--port",
            paramLabel = "SPEC",
            required = true,
            description = "A device; give one for each port.")
    private List<String> ports = List.of();

    @Option(names = "--mode", paramLabel = "MODE", description = "See above; io if not given.")
    private String mode = "io";

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Threads, each pinned to a processor; one for each pair if not given.")
    private @Nullable Integer workers;

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
    private int burst = 32;

    @Option(names = "--seconds", paramLabel = "N", description = "Ends after so long.")
    private @Nullable Integer seconds;

    @Option(
            names = "--packets",
            paramLabel = "N",
            description = "Ends when so many frames have been sent, or received in rxonly.")
    private @Nullable Long packets;

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
    ForwardCommand() {}

    @Override
    public void run() {
        if (json != null) {
            OutputFile.check(json);
        }
        within("--burst", burst, 1, BURST_MAX);
        if (seconds != null) {
            within("--seconds", seconds, 1, Integer.MAX_VALUE);
        }
        if (packets != null) {
            within("--packets", packets, 1, Long.MAX_VALUE);
        }
        Limits limits =
                new Limits(
                        seconds == null ? Long.MAX_VALUE : seconds,
                        packets == null ? Long.MAX_VALUE : packets);
        Mode chosen = mode();
        IdleStrategy strategy = strategy();
        List<String> specs = PortSpecs.withCaptures(ports, captures);
        Forwarding.run(chosen, specs, burst, places(chosen), strategy, limits, json);
    }

    /** When to end, if nobody says so before. */
    record Limits(long seconds, long packets) {}

    private Mode mode() {
        try {
            return Mode.of(mode);
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
    }

    private IdleStrategy strategy() {
        return switch (idle) {
            case "spin" -> IdleStrategy.spin();
            case "adaptive" -> IdleStrategy.adaptive(SPIN_NANOS, YIELD_NANOS);
            case "interrupt" -> IdleStrategy.interrupt();
            default ->
                    throw Refusal.wrongUse(
                            "--idle is spin, adaptive or interrupt, not \"" + idle + "\".");
        };
    }

    private Placement places(Mode chosen) {
        int groups = chosen.pairsPorts() ? (ports.size() + 1) / 2 : ports.size();
        return Placement.of(workers, cpus, groups);
    }

    private static void within(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw Refusal.wrongUse(
                    option + " is a number from " + least + " to " + most + ", not " + value + ".");
        }
    }
}
