package dev.ringroad.stack.config;

/**
 * Defaults and limits of TCP.
 *
 * @param sendBufferBytes bytes that a connection takes over before a write waits
 * @param receiveBufferBytes bytes that a connection offers to its peer
 * @param connections most connections of one stack, those in TIME-WAIT included
 * @param halfOpen most connections of one stack that have not finished their handshake
 * @param outOfOrderBytes most bytes kept beyond a gap, for one connection
 * @param delayedAckNanos longest time an acknowledgement is held back (RFC 1122 section 4.2.3.2:
 *     below 0.5 s)
 * @param rtoInitialNanos retransmission time-out before the first measurement (RFC 6298 section 2:
 *     1 s)
 * @param rtoMinNanos shortest retransmission time-out
 * @param rtoMaxNanos longest retransmission time-out (RFC 6298 section 2.5: at least 60 s)
 * @param connectRetries unanswered SYNs after which a connect fails; RFC 9293 section 3.8.3 asks
 *     for three minutes
 * @param dataRetries unanswered retransmissions after which a connection fails (RFC 1122 section
 *     4.2.3.5)
 * @param timeWaitNanos how long a closed connection's addresses stay taken (RFC 9293 section 3.4.2:
 *     2 MSL)
 * @param finWaitNanos how long a connection that nobody holds any more waits for the peer's FIN
 * @param keepAliveIdleNanos quiet time before the first probe (RFC 1122 section 4.2.3.6: at least
 *     two hours)
 * @param keepAliveIntervalNanos between probes
 * @param keepAliveProbes unanswered probes after which the connection fails
 * @param initialWindowSegments segments sent before the first acknowledgement (RFC 6928)
 * @param challengeAcksPerSecond most challenge acknowledgements of a stack (RFC 5961 section 7)
 */
public record TcpLimits(
        int sendBufferBytes,
        int receiveBufferBytes,
        int connections,
        int halfOpen,
        int outOfOrderBytes,
        long delayedAckNanos,
        long rtoInitialNanos,
        long rtoMinNanos,
        long rtoMaxNanos,
        int connectRetries,
        int dataRetries,
        long timeWaitNanos,
        long finWaitNanos,
        long keepAliveIdleNanos,
        long keepAliveIntervalNanos,
        int keepAliveProbes,
        int initialWindowSegments,
        int challengeAcksPerSecond) {

    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;

    /** The numbers of a profile. */
    public static TcpLimits of(Profile profile) {
        int bytes =
                switch (profile) {
                    case LATENCY -> 1 << 20;
                    case THROUGHPUT -> 1 << 22;
                    case SAFE -> 1 << 19;
                };
        return new TcpLimits(
                bytes,
                bytes,
                65536,
                1024,
                bytes,
                // Long enough for an answer to carry it, short enough not to stall a peer that uses
                // Nagle's algorithm and writes a message in two pieces; a kernel's 40 ms would.
                switch (profile) {
                    case LATENCY -> MILLISECOND / 10;
                    case THROUGHPUT -> MILLISECOND / 5;
                    case SAFE -> MILLISECOND;
                },
                SECOND,
                profile == Profile.SAFE ? SECOND : 200 * MILLISECOND,
                120 * SECOND,
                7,
                15,
                60 * SECOND,
                60 * SECOND,
                7200 * SECOND,
                75 * SECOND,
                9,
                10,
                100);
    }
}
