package dev.ringroad.cli.forward;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.stack.ip.IpPrefix;
import dev.ringroad.stack.route.RoutingPlan;
import dev.ringroad.stack.route.StaticRoute;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Routes datagrams between devices, and tells how fast. */
@Command(
        name = "route",
        description = {
            "Routes IPv4 datagrams between devices: a router of two or more ports, or of one.",
            "",
            "A port is a device as for `ringroad forward`, with the router's address on its network:",
            "  afpacket:veth0,ip=10.1.0.1/24   copies of an interface's frames; it should have no address;",
            "                                  joined segments are cut where need be; offload=no refuses them",
            "  afxdp:eth0,ip=10.1.0.1/24       an interface's frames, before the kernel sees them; the other",
            "                                  end of a veth pair needs `ethtool -K NAME tx off`, or TCP and",
            "                                  UDP fail on checksums that it leaves undone",
            "  tap:rr0,ip=10.2.0.1/24          a cable to the kernel; offload=yes for 64 KiB segments",
            "  memif:/tmp/a.sock,ip=10.4.0.1/24   shared memory with another process",
            "capture=FILE behind any of them writes its frames as pcapng.",
            "",
            "Neighbours are found by ARP. What cannot be passed on is dropped under a reason, and its sender is",
            "told by ICMP, with a limit to the rate. One worker has all ports, as their packets cross."
        },
        footer = {
            "",
            "Examples:",
            "  ringroad route --port afpacket:veth0,ip=10.1.0.1/24 --port tap:rr0,ip=10.2.0.1/24",
            "  ringroad route --port … --port … --route 10.3.0.0/16=10.2.0.7 --route default=10.1.0.254"
        })
public final class RouteCommand extends Subcommand {

    @Mixin private RunOptions options = new RunOptions();

    @Option(
            names = "--route",
            paramLabel = "PREFIX=GATEWAY",
            description = "A way through another router on a port's network.")
    private List<String> routes = List.of();

    @Option(
            names = "--routes",
            paramLabel = "FILE",
            description = "The same, one a line: PREFIX GATEWAY; # begins a comment.")
    private @Nullable Path routeFile;

    /** Used by picocli. */
    RouteCommand() {}

    @Override
    public void run() {
        options.check();
        List<DeviceSpec> specs = PortSpecs.of(options.ports(), options.captures());
        PortSpecs.takeJoined(specs);
        List<IpPrefix> addresses = specs.stream().map(RouteCommand::address).toList();
        Work work = new RouteWork(plan(addresses), options.burstPackets());
        Forwarding.run(work, specs, Placement.of(null, options.cpus(), 1), options);
    }

    private static IpPrefix address(DeviceSpec spec) {
        String own = spec.take("ip");
        if (own == null) {
            throw Refusal.wrongUse(
                    "\""
                            + spec
                            + "\" gives the router no address; add ip=ADDRESS/LENGTH, such as"
                            + " ip=10.1.0.1/24.");
        }
        try {
            return IpPrefix.parse(own);
        } catch (IllegalArgumentException e) {
            throw PortSpecs.refused(e);
        }
    }

    private RoutingPlan plan(List<IpPrefix> addresses) {
        try {
            List<StaticRoute> all = new ArrayList<>();
            for (String route : routes) {
                all.add(StaticRoute.parse(route));
            }
            if (routeFile != null) {
                all.addAll(RouteFile.read(routeFile));
            }
            return RoutingPlan.of(addresses, all);
        } catch (IllegalArgumentException e) {
            throw PortSpecs.refused(e);
        }
    }
}
