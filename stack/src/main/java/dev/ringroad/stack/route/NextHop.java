package dev.ringroad.stack.route;

import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.neighbour.Neighbour;
import dev.ringroad.stack.neighbour.NeighbourCache;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * What the route table's numbers stand for: a port, and who is next behind it. Neighbours found
 * last are kept beside it, so that a datagram on a busy way needs no look into the cache.
 */
final class NextHop {

    /** The hosts of a network of ordinary size have a place each. */
    private static final int RECENT_ON_LINK = 256;

    final RoutingPlan.Kind kind;
    final @Nullable RouterPort port;

    private final int gateway;
    private final int recentMask;
    private final int[] recentAddresses;
    private final @Nullable Neighbour[] recent;

    NextHop(RoutingPlan.Kind kind, @Nullable RouterPort port, int gateway) {
        this.kind = kind;
        this.port = port;
        this.gateway = gateway;
        int places = kind == RoutingPlan.Kind.ON_LINK ? RECENT_ON_LINK : 1;
        recentMask = places - 1;
        recentAddresses = new int[places];
        recent = new @Nullable Neighbour[places];
    }

    /** The port of a way that leads on. */
    RouterPort out() {
        return Objects.requireNonNull(port);
    }

    /** The neighbour that was found for a destination last; null when there is none to go by. */
    @Nullable Neighbour recent(int destination) {
        int target = target(destination);
        int place = target & recentMask;
        return recentAddresses[place] == target ? recent[place] : null;
    }

    /** The neighbour for a destination; null when the cache is full, counted there. */
    @Nullable Neighbour find(NeighbourCache cache, int destination, long nowNanos) {
        Neighbour known = recent(destination);
        if (known != null && !known.isDead()) {
            return known;
        }
        int target = target(destination);
        Neighbour found = cache.findOrCreate(0, IpAddress.mapped(target), nowNanos);
        int place = target & recentMask;
        recentAddresses[place] = target;
        recent[place] = found;
        return found;
    }

    private int target(int destination) {
        return gateway == 0 ? destination : gateway;
    }
}
