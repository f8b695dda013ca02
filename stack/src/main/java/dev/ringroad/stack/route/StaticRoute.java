package dev.ringroad.stack.route;

import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpPrefix;

/**
 * A way that somebody wrote down: to these addresses by that router.
 *
 * @param prefix the addresses; no bit is set behind its length
 * @param gateway who takes datagrams on, an address on a port's network
 */
public record StaticRoute(IpPrefix prefix, IpAddress gateway) {

    /**
     * Reads {@code 10.3.0.0/16=10.2.0.7}, or {@code default=10.2.0.7} for 0.0.0.0/0.
     *
     * @throws IllegalArgumentException with a sentence when the text is no IPv4 route
     */
    public static StaticRoute parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no route; write PREFIX=GATEWAY, like 10.3.0.0/16=10.2.0.7.");
        }
        return of(text.substring(0, equals), text.substring(equals + 1));
    }

    /**
     * Reads prefix and gateway.
     *
     * @throws IllegalArgumentException with a sentence when they are no IPv4 route
     */
    public static StaticRoute of(String prefix, String gateway) {
        IpPrefix to =
                prefix.equals("default") ? IpPrefix.DEFAULT_V4 : IpPrefix.parse(prefix.strip());
        IpAddress by = IpAddress.parse(gateway.strip());
        if (!to.address().isV4() || !by.isV4()) {
            throw new IllegalArgumentException(
                    "The route " + to + "=" + by + " is not IPv4's, which is all that is routed.");
        }
        if (!to.network().equals(to)) {
            throw new IllegalArgumentException(
                    to + " has bits set behind its length; write " + to.network() + ".");
        }
        return new StaticRoute(to, by);
    }

    @Override
    public String toString() {
        return prefix + "=" + gateway;
    }
}
