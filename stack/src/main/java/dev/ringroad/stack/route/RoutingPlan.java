package dev.ringroad.stack.route;

import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpPrefix;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where everything goes, checked before a device is opened: the networks of the ports, static
 * routes, and what a router treats in its own way.
 */
public final class RoutingPlan {

    /** What is done with datagrams to a prefix. */
    enum Kind {
        /** To the destination itself, a neighbour. */
        ON_LINK,
        /** To another router. */
        BY_GATEWAY,
        /** They are for this router. */
        TO_US,
        /** For all hosts of a network. */
        BROADCAST,
        /** For a group of hosts. */
        GROUP,
        /** For nobody: this network, loopback, reserved. */
        INVALID
    }

    /**
     * One prefix.
     *
     * @param port out of which its datagrams go, -1 when out of none
     * @param gateway the neighbour, 0 when that is the destination itself
     */
    record Entry(IpPrefix prefix, Kind kind, int port, int gateway) {}

    private static final int ALL = -1;
    private static final int NO_PORT = -1;
    private static final List<String> INVALID = List.of("0.0.0.0/8", "127.0.0.0/8", "240.0.0.0/4");
    private static final String GROUPS = "224.0.0.0/4";

    private final List<IpPrefix> addresses;
    private final Map<IpPrefix, Entry> entries = new LinkedHashMap<>();

    private RoutingPlan(List<IpPrefix> addresses) {
        this.addresses = List.copyOf(addresses);
    }

    /**
     * Makes a plan.
     *
     * @param addresses each port's own, with the length of its network
     * @throws IllegalArgumentException with a sentence that says what cannot be
     */
    public static RoutingPlan of(List<IpPrefix> addresses, List<StaticRoute> routes) {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("A router has at least one port.");
        }
        RoutingPlan plan = new RoutingPlan(addresses);
        plan.addSpecial();
        for (int i = 0; i < addresses.size(); i++) {
            plan.addPort(addresses.get(i), i);
        }
        for (StaticRoute route : routes) {
            plan.addStatic(route);
        }
        return plan;
    }

    private void addSpecial() {
        for (String invalid : INVALID) {
            add(new Entry(IpPrefix.parse(invalid), Kind.INVALID, NO_PORT, 0));
        }
        add(new Entry(IpPrefix.parse(GROUPS), Kind.GROUP, NO_PORT, 0));
        add(new Entry(host(ALL), Kind.BROADCAST, NO_PORT, 0));
    }

    private void addPort(IpPrefix own, int port) {
        int address = own.address().v4();
        if (!own.address().isV4() || own.length() == 0 || isSpecial(own)) {
            throw new IllegalArgumentException(
                    own + " cannot be a port's address; give it one like 10.9.0.1/24.");
        }
        IpPrefix network = own.network();
        int broadcast = own.broadcast().v4();
        boolean hasBroadcast = own.length() < Integer.SIZE - 1;
        if (hasBroadcast && (address == broadcast || address == network.address().v4())) {
            throw new IllegalArgumentException(
                    own
                            + " stands for all hosts of its network; give the port one host's address.");
        }
        add(new Entry(host(address), Kind.TO_US, NO_PORT, 0));
        if (own.length() < Integer.SIZE) {
            add(new Entry(network, Kind.ON_LINK, port, 0));
        }
        if (hasBroadcast) {
            add(new Entry(host(broadcast), Kind.BROADCAST, NO_PORT, 0));
            // What was the broadcast address once, RFC 1812 section 5.3.5.2.
            add(new Entry(host(network.address().v4()), Kind.BROADCAST, NO_PORT, 0));
        }
    }

    private void addStatic(StaticRoute route) {
        if (isSpecial(route.prefix())) {
            throw new IllegalArgumentException(
                    "There can be no route to "
                            + route.prefix()
                            + ": its addresses are no hosts that a router reaches.");
        }
        int gateway = route.gateway().v4();
        add(new Entry(route.prefix(), Kind.BY_GATEWAY, portOf(route), gateway));
    }

    private int portOf(StaticRoute route) {
        IpAddress gateway = route.gateway();
        int port = NO_PORT;
        for (int i = 0; i < addresses.size(); i++) {
            IpPrefix own = addresses.get(i);
            boolean longer = port == NO_PORT || own.length() > addresses.get(port).length();
            if (own.contains(gateway) && longer) {
                port = i;
            }
        }
        if (port == NO_PORT) {
            throw new IllegalArgumentException(
                    "The gateway of "
                            + route
                            + " is on no port's network; there are "
                            + networks());
        }
        Entry exactly = entries.get(host(gateway.v4()));
        if (exactly != null && exactly.kind() != Kind.BY_GATEWAY) {
            String what =
                    exactly.kind() == Kind.TO_US
                            ? "is this router itself"
                            : "stands for all hosts of its network";
            throw new IllegalArgumentException("The gateway of " + route + " " + what + ".");
        }
        return port;
    }

    private String networks() {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            words.add(addresses.get(i).network() + " on port " + i);
        }
        return String.join(", ", words) + ".";
    }

    private void add(Entry entry) {
        Entry other = entries.putIfAbsent(entry.prefix(), entry);
        if (other != null) {
            throw new IllegalArgumentException(
                    "There are two ways to " + entry.prefix() + ", where one is possible.");
        }
    }

    private static IpPrefix host(int address) {
        return new IpPrefix(IpAddress.v4(address), Integer.SIZE);
    }

    /** Whether all addresses are ones that no single host can have. */
    private static boolean isSpecial(IpPrefix prefix) {
        int top = prefix.address().v4() >>> 24;
        return top >= 224 || ((top == 127 || top == 0) && prefix.length() >= 8);
    }

    /** Each port's own address, with the length of its network. */
    List<IpPrefix> addresses() {
        return addresses;
    }

    /** All prefixes. */
    List<Entry> entries() {
        return List.copyOf(entries.values());
    }
}
