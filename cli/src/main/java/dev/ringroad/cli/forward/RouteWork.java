package dev.ringroad.cli.forward;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.forward.Port;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.route.RoutePoller;
import dev.ringroad.stack.route.RoutingPlan;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Datagrams from port to port by their destination. */
final class RouteWork implements Work {

    private static final String COUNTER_PREFIX = "drop.";

    private final RoutingPlan plan;
    private final int burstPackets;
    private @Nullable RoutePoller poller;

    RouteWork(RoutingPlan plan, int burstPackets) {
        this.plan = plan;
        this.burstPackets = burstPackets;
    }

    @Override
    public String word() {
        return "route";
    }

    @Override
    public List<RoutePoller> begin(List<Port> ports, CounterFile counters) {
        RoutePoller made = new RoutePoller(plan, ports, burstPackets, counters, System.nanoTime());
        poller = made;
        return List.of(made);
    }

    @Override
    public boolean finished() {
        return poller != null && poller.finished();
    }

    @Override
    public long packets(List<Port> ports) {
        return ports.stream().mapToLong(Port::sentPackets).sum();
    }

    /** Those that there were: most reasons are ones that a router never has. */
    @Override
    public Map<String, Long> drops(Port port) {
        Map<String, Long> drops = new LinkedHashMap<>();
        RoutePoller asked = poller;
        if (asked == null) {
            return drops;
        }
        for (DropReason reason : DropReason.values()) {
            long n = asked.dropped(port.number(), reason);
            if (n != 0) {
                drops.put(word(reason), n);
            }
        }
        return drops;
    }

    /** As forwarding writes them. */
    private static String word(DropReason reason) {
        return reason.counterName().substring(COUNTER_PREFIX.length()).replace('_', '-');
    }

    @Override
    public void close() {
        if (poller != null) {
            poller.close();
        }
    }
}
