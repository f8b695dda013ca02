package dev.ringroad.net.table;

/**
 * A rule over five fields of an IPv4 packet; all of them must agree. Addresses are ints in the
 * host's order.
 *
 * @param source prefix of the source address
 * @param sourceLength in bits, from 0 (any) to 32
 * @param destination prefix of the destination address
 * @param destinationLength in bits, from 0 (any) to 32
 * @param sourcePortMin from 0 to 65535, both included
 * @param sourcePortMax likewise
 * @param destinationPortMin likewise
 * @param destinationPortMax likewise
 * @param protocol IP protocol number, or {@link #ANY_PROTOCOL}
 * @param action what a lookup answers, not negative
 */
public record AccessRule(
        int source,
        int sourceLength,
        int destination,
        int destinationLength,
        int sourcePortMin,
        int sourcePortMax,
        int destinationPortMin,
        int destinationPortMax,
        int protocol,
        int action) {

    /** Every protocol. */
    public static final int ANY_PROTOCOL = -1;

    private static final int PORT_MAX = 0xFFFF;
    private static final int PROTOCOL_MAX = 0xFF;

    /**
     * Checks each field.
     *
     * @throws IllegalArgumentException if one is out of its range, a prefix has bits set after its
     *     length, or a range of ports ends before it begins
     */
    public AccessRule {
        requirePrefix(source, sourceLength);
        requirePrefix(destination, destinationLength);
        requirePorts(sourcePortMin, sourcePortMax);
        requirePorts(destinationPortMin, destinationPortMax);
        if (protocol < ANY_PROTOCOL || protocol > PROTOCOL_MAX) {
            throw new IllegalArgumentException("there is no protocol " + protocol);
        }
        if (action < 0) {
            throw new IllegalArgumentException(
                    "the action is " + action + ", but negative is none");
        }
    }

    private static void requirePrefix(int prefix, int length) {
        if (length < 0 || length > Integer.SIZE) {
            throw new IllegalArgumentException(
                    "a prefix of " + length + " bits; it has from 0 to " + Integer.SIZE);
        }
        if ((prefix & ~(int) mask(length)) != 0) {
            throw new IllegalArgumentException("the prefix has bits set after its first " + length);
        }
    }

    private static void requirePorts(int min, int max) {
        if (min < 0 || max > PORT_MAX || min > max) {
            throw new IllegalArgumentException(
                    "ports from " + min + " to " + max + ", but they go from 0 to " + PORT_MAX);
        }
    }

    /** Of a prefix of so many of 32 bits. */
    static long mask(int length) {
        return -1L << (Integer.SIZE - length);
    }
}
