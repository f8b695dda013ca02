package dev.ringroad.stack.ip;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which way packets go: the entry with the longest prefix that contains the destination wins (RFC
 * 1812 section 5.2.4.3), among equals the one added first. A host has few routes, and asks for each
 * destination once ({@link Route} is kept), so the table is a list in order of length.
 */
public final class RouteTable {
    /**
     * One entry.
     *
     * @param prefix which destinations
     * @param netInterface where out
     * @param gateway the next hop; null when the destinations are on the link
     */
    public record Entry(IpPrefix prefix, NetInterface netInterface, @Nullable IpAddress gateway) {
        @Override
        public String toString() {
            return prefix
                    + (gateway == null ? "" : " by " + gateway)
                    + " over "
                    + netInterface.name();
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private int generation;

    /** An empty table. */
    public RouteTable() {}

    /** Adds an entry. */
    public void add(IpPrefix prefix, NetInterface netInterface, @Nullable IpAddress gateway) {
        if (gateway != null && gateway.isV4() != prefix.address().isV4()) {
            throw new IllegalArgumentException(
                    "The gateway " + gateway + " is of another IP version than " + prefix + ".");
        }
        entries.add(new Entry(prefix.network(), netInterface, gateway));
        // A stable sort keeps the order of addition among equals.
        entries.sort(
                Comparator.comparingInt((Entry entry) -> entry.prefix().length128()).reversed());
        changed();
    }

    /** Takes an entry out; whether it was there. */
    public boolean remove(IpPrefix prefix, NetInterface netInterface, @Nullable IpAddress gateway) {
        boolean removed = entries.remove(new Entry(prefix.network(), netInterface, gateway));
        changed();
        return removed;
    }

    /** The best entry for a destination; null when there is none. */
    public @Nullable Entry find(long high, long low) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.prefix().contains(high, low)) {
                return entry;
            }
        }
        return null;
    }

    /** The entries, most specific first. */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Something that routes depend on has changed: all routes found before are outdated. */
    void changed() {
        generation++;
    }

    /** Grows with every change. */
    int generation() {
        return generation;
    }
}
