package dev.ringroad.stack.tcp;

/**
 * What a connection looks like at one moment, for people and tools.
 *
 * @param state of RFC 9293
 * @param smoothedRttNanos 0 before the first measurement
 * @param rttVariationNanos mean deviation
 * @param lowestRttNanos 0 before the first measurement
 * @param timeoutNanos present retransmission time-out
 * @param congestionWindowBytes most bytes in flight
 * @param slowStartThresholdBytes where growth becomes slow
 * @param sendWindowBytes what the peer offers
 * @param receiveWindowBytes what the peer may still send
 * @param segmentBytes largest payload of a segment sent
 * @param inFlightBytes sent and not acknowledged
 * @param sendQueueBytes written and not acknowledged
 * @param receiveQueueBytes received and not read
 * @param outOfOrderBytes received beyond a gap
 * @param bytesAcknowledged in all
 * @param bytesReceived in order, in all
 * @param retransmittedSegments in all
 * @param inRecovery whether fast recovery is under way
 * @param timestamps whether both sides use them
 * @param sendWindowShift the peer's window scale
 * @param receiveWindowShift ours; -1 when the peer has none
 */
public record TcpInfo(
        TcpState state,
        long smoothedRttNanos,
        long rttVariationNanos,
        long lowestRttNanos,
        long timeoutNanos,
        int congestionWindowBytes,
        int slowStartThresholdBytes,
        int sendWindowBytes,
        int receiveWindowBytes,
        int segmentBytes,
        int inFlightBytes,
        int sendQueueBytes,
        int receiveQueueBytes,
        int outOfOrderBytes,
        long bytesAcknowledged,
        long bytesReceived,
        long retransmittedSegments,
        boolean inRecovery,
        boolean timestamps,
        int sendWindowShift,
        int receiveWindowShift) {

    static TcpInfo of(TcpConnection c) {
        TcpSender sender = c.sender;
        TcpReceiver receiver = c.receiver;
        return new TcpInfo(
                c.state(),
                sender.rtt.smoothedNanos(),
                sender.rtt.variationNanos(),
                sender.rtt.lowestNanos(),
                sender.rtt.timeoutNanos(),
                sender.congestion.windowBytes(),
                sender.congestion.slowStartThresholdBytes(),
                sender.window.bytes(),
                receiver.offeredBytes(),
                sender.segmentBytes(),
                sender.highest - sender.unacknowledged,
                sender.queuedBytes(),
                receiver.queue.readableBytes(),
                receiver.reassembly.bytes(),
                sender.bytesAcknowledged(),
                receiver.bytesReceived(),
                sender.retransmitted(),
                sender.recovery.isActive(),
                c.output.timestamps(),
                sender.window.shift(),
                receiver.windowShift());
    }
}
