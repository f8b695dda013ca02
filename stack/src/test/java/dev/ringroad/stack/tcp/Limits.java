package dev.ringroad.stack.tcp;

import dev.ringroad.stack.config.TcpLimits;

/** Limits that differ from a profile's in one place. */
final class Limits {
    private Limits() {}

    static TcpLimits withConnections(TcpLimits d, int connections) {
        return new TcpLimits(
                d.sendBufferBytes(),
                d.receiveBufferBytes(),
                connections,
                d.halfOpen(),
                d.outOfOrderBytes(),
                d.delayedAckNanos(),
                d.rtoInitialNanos(),
                d.rtoMinNanos(),
                d.rtoMaxNanos(),
                d.connectRetries(),
                d.dataRetries(),
                d.timeWaitNanos(),
                d.finWaitNanos(),
                d.keepAliveIdleNanos(),
                d.keepAliveIntervalNanos(),
                d.keepAliveProbes(),
                d.initialWindowSegments(),
                d.challengeAcksPerSecond());
    }
}
