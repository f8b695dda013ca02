package dev.ringroad.cli.forward;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.forward.Mode;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.List;

/** Forwards frames between devices, and tells how fast. */
@Command(
        name = "forward",
        description = {
            "Forwards frames between devices, as DPDK's testpmd does.",
            "",
            "Ports are paired, 0 with 1 and 2 with 3; a single one loops to itself. A port is a device such as",
            "  memif:/tmp/a.sock,role=server   shared memory with another process",
            "  vhost:/tmp/v.sock               a virtio driver in another process, such as QEMU or DPDK",
            "  virtio:/tmp/v.sock              a vhost-user back end, such as Open vSwitch or DPDK",
            "  tap:rr0                         a cable to the kernel",
            "  afpacket:veth0                  copies of an interface's frames, beside the kernel's own",
            "  afxdp:veth0[,queue=0]           an interface's frames, before the kernel sees them",
            "  nil:a[,rx=no][,size=64]         makes frames out of nothing, swallows what is sent",
            "  pcap:in.pcap[,out=o.pcapng]     a file's frames; pps=N and loop=yes say how; - for no file",
            "  ring:a                          a cable within this process; name it twice",
            "",
            "All take pages=1G|2M|4K (the largest pages to take, 2M) and node=N (of NUMA).",
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

    @Mixin private RunOptions options = new RunOptions();

    @Option(names = "--mode", paramLabel = "MODE", description = "See above; io if not given.")
    private String mode = "io";

    @Option(
            names = "--workers",
            paramLabel = "N",
            description =
                    "Threads, each pinned to a processor. If not given, one for each pair, and in"
                            + " rxonly, txonly, flowgen and icmpecho for each port, as far as there"
                            + " are processors.")
    private @Nullable String workers;

    /** Used by picocli. */
    ForwardCommand() {}

    @Override
    public void run() {
        options.check();
        Mode chosen = mode();
        List<DeviceSpec> specs = PortSpecs.of(options.ports(), options.captures());
        PortSpecs.complete(specs);
        Work work = new ModeWork(chosen, options.burstPackets(), options.limits().packets());
        Forwarding.run(work, specs, places(chosen), options);
    }

    private Mode mode() {
        try {
            return Mode.of(mode);
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
    }

    private Placement places(Mode chosen) {
        int ports = options.ports().size();
        int groups = chosen.pairsPorts() ? (ports + 1) / 2 : ports;
        Integer count =
                workers == null
                        ? null
                        : (int) RunOptions.number("--workers", workers, 1, Integer.MAX_VALUE);
        return Placement.of(count, options.cpus(), groups);
    }
}
