package dev.ringroad.stack.ip;

import dev.ringroad.stack.config.IpLimits;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Destinations whose path takes less than the first link does (RFC 1191). Bounded: the entry learnt
 * first goes first. An entry is forgotten after a while, because paths change (RFC 1191 section
 * 6.3).
 */
final class PathMtuCache {
    /**
     * What IPv4 hosts must take anyway (RFC 791); no report makes a path smaller, so that none can
     * starve it.
     */
    static final int LEAST_V4 = 576;

    /** IPv6's minimum (RFC 8200 section 5). */
    static final int LEAST_V6 = 1280;

    private record Entry(int mtu, long expiresNanos) {}

    private final IpLimits limits;
    private final Map<IpAddress, Entry> entries = new LinkedHashMap<>();

    PathMtuCache(IpLimits limits) {
        this.limits = limits;
    }

    /** Whether this made a difference. */
    boolean learn(IpAddress destination, int mtu, int linkMtu, long nowNanos) {
        int bounded = Math.max(mtu, destination.isV4() ? LEAST_V4 : LEAST_V6);
        if (bounded >= find(destination, linkMtu)) {
            return false;
        }
        if (entries.size() >= limits.pathMtuEntries() && !entries.containsKey(destination)) {
            entries.remove(entries.keySet().iterator().next());
        }
        entries.put(destination, new Entry(bounded, nowNanos + limits.pathMtuTimeoutNanos()));
        return true;
    }

    /** The path's MTU, the link's when nothing else is known. */
    int find(IpAddress destination, int linkMtu) {
        if (entries.isEmpty()) {
            return linkMtu;
        }
        Entry entry = entries.get(destination);
        return entry == null ? linkMtu : Math.min(entry.mtu, linkMtu);
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Forgets what is too old; whether anything was. */
    boolean expire(long nowNanos) {
        return entries.values().removeIf(entry -> entry.expiresNanos - nowNanos <= 0);
    }
}
