package dev.ringroad.nvme.fabrics.serve;

/**
 * What a target has done.
 *
 * @param accepted connections that came
 * @param refused connections closed at once, as there were too many
 * @param displaced connections that had not become queues in time, closed for newer ones
 * @param connected Connect commands that succeeded
 * @param commands commands that came
 * @param failedCommands those that were answered with an error
 * @param bytesReceived from hosts
 * @param bytesSent to hosts
 * @param faults connections ended as the host violated the protocol
 * @param dataDigestErrors PDUs whose data had a wrong digest
 * @param terminatedByHost connections that the host ended with a reason
 * @param keepAliveExpired controllers lost as their hosts fell silent
 * @param stalls connections ended as the host sent or read no further
 * @param bufferWaits how often a command waited for a buffer
 */
public record TargetStatistics(
        long accepted,
        long refused,
        long displaced,
        long connected,
        long commands,
        long failedCommands,
        long bytesReceived,
        long bytesSent,
        long faults,
        long dataDigestErrors,
        long terminatedByHost,
        long keepAliveExpired,
        long stalls,
        long bufferWaits) {

    static final TargetStatistics NONE =
            new TargetStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    TargetStatistics plus(TargetCounters more) {
        return new TargetStatistics(
                accepted + more.accepted,
                refused + more.refused,
                displaced + more.displaced,
                connected + more.connected,
                commands + more.commands,
                failedCommands + more.failedCommands,
                bytesReceived + more.bytesReceived,
                bytesSent + more.bytesSent,
                faults + more.faults,
                dataDigestErrors + more.dataDigestErrors,
                terminatedByHost + more.terminatedByHost,
                keepAliveExpired + more.keepAliveExpired,
                stalls + more.stalls,
                bufferWaits + more.bufferWaits);
    }
}
