package dev.ringroad.stack.route;

import dev.ringroad.net.table.Ipv4Routes;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** A plan, ready to be looked up: prefixes lead to numbers, and numbers to next hops. */
final class ForwardingTable {

    /** Prefixes longer than that take a group of the table for their 256 addresses. */
    private static final int GROUP_BITS = 24;

    private final Ipv4Routes routes;
    private final NextHop[] hops;

    ForwardingTable(RoutingPlan plan, List<RouterPort> ports) {
        List<RoutingPlan.Entry> entries = plan.entries();
        int groups =
                (int)
                        entries.stream()
                                .filter(entry -> entry.prefix().length() > GROUP_BITS)
                                .mapToInt(entry -> entry.prefix().address().v4() >>> 8)
                                .distinct()
                                .count();
        routes = new Ipv4Routes(entries.size(), groups);
        hops = new NextHop[entries.size()];
        for (int i = 0; i < hops.length; i++) {
            RoutingPlan.Entry entry = entries.get(i);
            RouterPort port = entry.port() < 0 ? null : ports.get(entry.port());
            hops[i] = new NextHop(entry.kind(), port, entry.gateway());
            routes.put(entry.prefix().address().v4(), entry.prefix().length(), i);
        }
    }

    /** Numbers for {@link #hop} of so many addresses. */
    void lookup(int[] addresses, int count, int[] numbers) {
        routes.lookup(addresses, 0, count, numbers);
    }

    /** The next hop of a number; null when there is no route. */
    @Nullable NextHop hop(int number) {
        return number == Ipv4Routes.NO_ROUTE ? null : hops[number];
    }

    /** The next hop for one address; null when there is no route. */
    @Nullable NextHop find(int address) {
        return hop(routes.lookup(address));
    }
}
