package dev.ringroad.stack.tcp;

/**
 * What can go wrong with an endpoint, as negative codes below -1 (which is the end of the stream),
 * because a call on the data path throws nothing.
 */
public final class TcpError {
    /** The peer has reset the connection. */
    public static final int RESET = -2;

    /** The peer did not answer in time. */
    public static final int TIMED_OUT = -3;

    /** Nobody listens at the peer's port. */
    public static final int REFUSED = -4;

    /** The network says that the peer cannot be reached. */
    public static final int UNREACHABLE = -5;

    /** The direction written to is closed. */
    public static final int PIPE = -6;

    /** Another endpoint has the address and port. */
    public static final int ADDRESS_IN_USE = -7;

    /** The address is not one of this stack's. */
    public static final int ADDRESS_NOT_AVAILABLE = -8;

    /** There is no connection. */
    public static final int NOT_CONNECTED = -9;

    /** The endpoint is or was connected. */
    public static final int ALREADY_CONNECTED = -10;

    /** All ephemeral ports to this peer are taken. */
    public static final int NO_PORTS = -11;

    /** A limit on connections is reached. */
    public static final int TOO_MANY = -12;

    /** This side has given the connection up. */
    public static final int ABORTED = -13;

    /** An argument is out of its range. */
    public static final int INVALID = -14;

    private TcpError() {}

    /** What a code means, in the words that Java programs know. */
    public static String message(int code) {
        return switch (code) {
            case RESET -> "Connection reset by peer";
            case TIMED_OUT -> "Connection timed out";
            case REFUSED -> "Connection refused";
            case UNREACHABLE -> "No route to host";
            case PIPE -> "Broken pipe";
            case ADDRESS_IN_USE -> "Address already in use";
            case ADDRESS_NOT_AVAILABLE -> "Cannot assign requested address";
            case NOT_CONNECTED -> "Not connected";
            case ALREADY_CONNECTED -> "Already connected";
            case NO_PORTS -> "No free ephemeral port to this peer";
            case TOO_MANY -> "Too many connections";
            case ABORTED -> "Software caused connection abort";
            case INVALID -> "Invalid argument";
            default -> "TCP error " + code;
        };
    }
}
