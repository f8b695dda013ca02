package dev.ringroad.stack.tcp;

import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.ip.IpError;
import dev.ringroad.stack.ip.Route;

/**
 * What ICMP says about segments: believed only as far as a forger could not know better (RFC 5927).
 * Errors end a handshake, but never an established connection; a smaller path MTU makes smaller
 * segments (RFC 1191).
 */
final class PathErrors {
    private static final int MTU_OF_OLD_ROUTERS = 576;

    private final TcpLayer layer;

    PathErrors(TcpLayer layer) {
        this.layer = layer;
    }

    void arrive(IpError error, long nowNanos) {
        TcpConnection connection =
                layer.demultiplexer.find(
                        error.localHigh(),
                        error.localLow(),
                        error.remoteHigh(),
                        error.remoteLow(),
                        error.remotePort() << 16 | error.localPort());
        if (connection == null) {
            return;
        }
        // RFC 5927 section 4.1: only what is in flight can have met with an error.
        TcpSender sender = connection.sender;
        if (SequenceNumber.before(error.sequence(), sender.unacknowledged)
                || SequenceNumber.afterOrAt(error.sequence(), sender.highest)) {
            layer.counters.drop(DropReason.TCP_ICMP_SEQUENCE);
            return;
        }
        switch (error.kind()) {
            case PACKET_TOO_BIG -> packetTooBig(connection, error.nextHopMtu(), nowNanos);
            case PORT_UNREACHABLE, PROTOCOL_UNREACHABLE ->
                    unreachable(connection, TcpError.REFUSED);
            case NET_UNREACHABLE, HOST_UNREACHABLE, PROHIBITED ->
                    unreachable(connection, TcpError.UNREACHABLE);
            default -> {
                // Something on the way is wrong; retransmission will tell whether it lasts.
            }
        }
    }

    private static void unreachable(TcpConnection connection, int code) {
        if (connection.state().isSynchronized()) {
            // RFC 5927 section 4.2: it may explain a time-out, no more.
            connection.softError(TcpError.UNREACHABLE);
        } else if (connection.listener == null) {
            // A connect that cannot succeed soon should say so at once (RFC 5461 section 4.1).
            connection.fail(code);
        }
    }

    private void packetTooBig(TcpConnection connection, int nextHopMtu, long nowNanos) {
        Route route = connection.output.route();
        if (route == null) {
            return;
        }
        // A router that does not tell is an old one (RFC 1191 section 5).
        int mtu = nextHopMtu == 0 ? MTU_OF_OLD_ROUTERS : nextHopMtu;
        if (mtu >= route.mtu()) {
            return;
        }
        layer.output.learnPathMtu(route, mtu, nowNanos);
        int segmentBytes = connection.handshake.segmentBytesNow();
        if (segmentBytes < connection.sender.segmentBytes()) {
            connection.sender.reduceSegment(segmentBytes, nowNanos);
        }
    }
}
