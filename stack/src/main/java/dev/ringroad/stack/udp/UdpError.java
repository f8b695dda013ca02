package dev.ringroad.stack.udp;

/** What UDP endpoints return instead of a count. All are below 0. */
public final class UdpError {
    /** Nothing to receive, or no packet free to send with: try again. */
    public static final int WOULD_BLOCK = -1;

    /** The endpoint has been closed. */
    public static final int CLOSED = -2;

    /** More than 65507 bytes. */
    public static final int MESSAGE_TOO_LONG = -3;

    /** The stack has no route to the destination. */
    public static final int NO_ROUTE = -4;

    /** Sending to a broadcast address without having asked for that. */
    public static final int BROADCAST_NOT_ALLOWED = -5;

    /** The peer answered that nobody listens at the port. */
    public static final int REFUSED = -6;

    /** The peer, or the network before it, cannot be reached. */
    public static final int UNREACHABLE = -7;

    /** Another endpoint has the address and port. */
    public static final int ADDRESS_IN_USE = -8;

    /** The address is none of the stack's. */
    public static final int ADDRESS_NOT_AVAILABLE = -9;

    /** It is bound already. */
    public static final int ALREADY_BOUND = -10;

    /** Connected, and the destination is another one. */
    public static final int WRONG_DESTINATION = -11;

    /** No destination given, and not connected. */
    public static final int NOT_CONNECTED = -12;

    /** The address cannot be used for that: a port out of range, or no multicast group. */
    public static final int INVALID = -13;

    /** The stack has as many endpoints as it may. */
    public static final int TOO_MANY = -14;

    private UdpError() {}

    /** A sentence for a code. */
    public static String message(int code) {
        return switch (code) {
            case WOULD_BLOCK -> "Nothing to do at the moment.";
            case CLOSED -> "The UDP endpoint has been closed.";
            case MESSAGE_TOO_LONG -> "A UDP datagram carries at most 65507 bytes.";
            case NO_ROUTE -> "There is no route to the destination.";
            case BROADCAST_NOT_ALLOWED ->
                    "The destination is a broadcast address; set SO_BROADCAST to send there.";
            case REFUSED -> "The peer has nobody listening at the port.";
            case UNREACHABLE -> "The peer cannot be reached.";
            case ADDRESS_IN_USE -> "Address already in use.";
            case ADDRESS_NOT_AVAILABLE -> "The address is none of this stack's.";
            case ALREADY_BOUND -> "The UDP endpoint is bound already.";
            case WRONG_DESTINATION -> "The UDP endpoint is connected to another peer.";
            case NOT_CONNECTED -> "The UDP endpoint is not connected, so a destination is needed.";
            case INVALID -> "The address cannot be used for that.";
            case TOO_MANY -> "The stack has as many UDP endpoints as it may.";
            default -> "Unknown UDP error " + code + ".";
        };
    }
}
