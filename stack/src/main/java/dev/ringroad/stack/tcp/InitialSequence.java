package dev.ringroad.stack.tcp;

import dev.ringroad.stack.config.KeyedHash;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.ip.IpAddress;

/**
 * Initial sequence numbers that nobody outside can guess, and that still grow for the same pair of
 * endpoints: a clock of 4 us plus a keyed hash of the 4-tuple (RFC 6528, RFC 9293 section 3.4.1).
 */
final class InitialSequence {
    private static final int CLOCK_SHIFT = 12; // 4.096 us

    private final KeyedHash sequences;
    private final KeyedHash timestamps;

    InitialSequence(StackConfig config) {
        sequences = config.keyedHash("tcp initial sequence");
        timestamps = config.keyedHash("tcp timestamp offset");
    }

    int next(IpAddress local, int localPort, IpAddress remote, int remotePort, long nowNanos) {
        long first =
                sequences.strong(local.high(), remote.high(), (long) localPort << 16 | remotePort);
        return (int) sequences.strong(first, local.low(), remote.low())
                + (int) (nowNanos >>> CLOCK_SHIFT);
    }

    /**
     * Where the timestamp clock begins for a pair of hosts: hidden from others, but the same for
     * all their connections, so that a later connection has the greater timestamps (RFC 7323
     * section 5.4).
     */
    int timestampOffset(IpAddress local, IpAddress remote) {
        return (int)
                timestamps.strong(
                        local.high() ^ Long.rotateLeft(remote.high(), 32),
                        local.low(),
                        remote.low());
    }
}
