package dev.ringroad.stack.config;

import org.jspecify.annotations.Nullable;

/**
 * Everything a stack is told when it is made. Start from {@link #of(Profile)} and change what
 * differs; limits are bounds on memory that a peer could otherwise make grow.
 *
 * @param profile from which the other numbers were derived
 * @param seed makes every secret and every choice of the stack reproducible; null draws them from
 *     the system
 * @param burstPackets most packets taken from a device at once
 * @param serviceIntervalNanos between two calls of a device's control work
 * @param spinNanos how long a waiting owner polls without giving up its CPU
 * @param yieldNanos how long it then polls, yielding after each round, before it sleeps
 * @param ip limits of the internet layer
 * @param neighbours limits of the neighbour caches
 * @param udp defaults and limits of UDP
 * @param tcp defaults and limits of TCP
 */
public record StackConfig(
        Profile profile,
        @Nullable Long seed,
        int burstPackets,
        long serviceIntervalNanos,
        long spinNanos,
        long yieldNanos,
        IpLimits ip,
        NeighbourLimits neighbours,
        UdpLimits udp,
        TcpLimits tcp) {

    private static final long MICROSECOND = 1_000;
    private static final long MILLISECOND = 1_000_000;

    /** The numbers of a profile, with secrets from the system's secure source. */
    public static StackConfig of(Profile profile) {
        return new StackConfig(
                profile,
                null,
                profile == Profile.THROUGHPUT ? 128 : 64,
                MILLISECOND,
                switch (profile) {
                    case LATENCY -> 50 * MILLISECOND;
                    case THROUGHPUT -> 100 * MICROSECOND;
                    case SAFE -> 20 * MICROSECOND;
                },
                switch (profile) {
                    case LATENCY -> 50 * MILLISECOND;
                    case THROUGHPUT -> 200 * MICROSECOND;
                    case SAFE -> 0;
                },
                IpLimits.standard(),
                NeighbourLimits.standard(),
                UdpLimits.of(profile),
                TcpLimits.of(profile));
    }

    /** The same with reproducible secrets and choices. */
    public StackConfig withSeed(long newSeed) {
        return new StackConfig(
                profile,
                newSeed,
                burstPackets,
                serviceIntervalNanos,
                spinNanos,
                yieldNanos,
                ip,
                neighbours,
                udp,
                tcp);
    }

    /** The same with other limits of the internet layer. */
    public StackConfig withIp(IpLimits limits) {
        return new StackConfig(
                profile,
                seed,
                burstPackets,
                serviceIntervalNanos,
                spinNanos,
                yieldNanos,
                limits,
                neighbours,
                udp,
                tcp);
    }

    /** The same with other limits of the neighbour caches. */
    public StackConfig withNeighbours(NeighbourLimits limits) {
        return new StackConfig(
                profile,
                seed,
                burstPackets,
                serviceIntervalNanos,
                spinNanos,
                yieldNanos,
                ip,
                limits,
                udp,
                tcp);
    }

    /** The same with other defaults and limits of UDP. */
    public StackConfig withUdp(UdpLimits limits) {
        return new StackConfig(
                profile,
                seed,
                burstPackets,
                serviceIntervalNanos,
                spinNanos,
                yieldNanos,
                ip,
                neighbours,
                limits,
                tcp);
    }

    /** The same with other defaults and limits of TCP. */
    public StackConfig withTcp(TcpLimits limits) {
        return new StackConfig(
                profile,
                seed,
                burstPackets,
                serviceIntervalNanos,
                spinNanos,
                yieldNanos,
                ip,
                neighbours,
                udp,
                limits);
    }

    /** An unpredictable hash for one purpose, reproducible when there is a seed. */
    public KeyedHash keyedHash(String purpose) {
        return KeyedHash.of(seed, purpose);
    }
}
