package dev.ringroad.stack.config;

/**
 * Limits of the internet layer.
 *
 * @param defaultTtl time to live of what the stack sends by itself (RFC 1122 section 3.2.1.7 asks
 *     for a setting)
 * @param bigPackets buffers of 64 KiB for datagrams larger than a device's packet, in both
 *     directions
 * @param reassemblyDatagrams most datagrams whose fragments are being collected
 * @param reassemblyPerSource most of them from one source address
 * @param reassemblyTimeoutNanos how long fragments wait for the rest (RFC 1122 section 3.3.2: 60 to
 *     120 s, Linux 30 s)
 * @param icmpErrorsPerSecond most ICMP errors sent in a second, all destinations together
 * @param loopbackPackets most packets to own addresses waiting for the next poll
 * @param pathMtuEntries most destinations whose path MTU is remembered
 * @param pathMtuTimeoutNanos after which a larger path MTU is tried again (RFC 1191 section 6.3:
 *     ten minutes)
 * @param ephemeralPortFirst lowest port that the stack gives by itself (RFC 6056)
 * @param ephemeralPortLast highest such port
 */
public record IpLimits(
        int defaultTtl,
        int bigPackets,
        int reassemblyDatagrams,
        int reassemblyPerSource,
        long reassemblyTimeoutNanos,
        int icmpErrorsPerSecond,
        int loopbackPackets,
        int pathMtuEntries,
        long pathMtuTimeoutNanos,
        int ephemeralPortFirst,
        int ephemeralPortLast) {

    /** Refuses limits that make no sense. */
    public IpLimits {
        if (defaultTtl < 1 || defaultTtl > 255) {
            throw new IllegalArgumentException(
                    "A time to live lies between 1 and 255, not " + defaultTtl + ".");
        }
        if (ephemeralPortFirst < 1
                || ephemeralPortLast > 65535
                || ephemeralPortFirst > ephemeralPortLast) {
            throw new IllegalArgumentException(
                    "Ephemeral ports run upwards within 1 to 65535, not from "
                            + ephemeralPortFirst
                            + " to "
                            + ephemeralPortLast
                            + ".");
        }
    }

    /** What every profile starts with. */
    public static IpLimits standard() {
        return new IpLimits(
                64, 48, 32, 8, 30_000_000_000L, 1000, 1024, 256, 600_000_000_000L, 32768, 60999);
    }
}
