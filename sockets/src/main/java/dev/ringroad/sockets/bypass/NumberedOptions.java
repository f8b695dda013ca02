package dev.ringroad.sockets.bypass;

import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.StandardSocketOptions;

/**
 * The numbered options of {@link SocketOptions}, which java.net's sockets still use, by their newer
 * names.
 */
public final class NumberedOptions {
    private NumberedOptions() {}

    /** The named option. */
    public static SocketOption<?> named(int number) throws SocketException {
        return switch (number) {
            case SocketOptions.SO_LINGER -> StandardSocketOptions.SO_LINGER;
            case SocketOptions.IP_TOS -> StandardSocketOptions.IP_TOS;
            case SocketOptions.TCP_NODELAY -> StandardSocketOptions.TCP_NODELAY;
            case SocketOptions.SO_SNDBUF -> StandardSocketOptions.SO_SNDBUF;
            case SocketOptions.SO_RCVBUF -> StandardSocketOptions.SO_RCVBUF;
            case SocketOptions.SO_KEEPALIVE -> StandardSocketOptions.SO_KEEPALIVE;
            case SocketOptions.SO_REUSEADDR -> StandardSocketOptions.SO_REUSEADDR;
            case SocketOptions.SO_REUSEPORT -> StandardSocketOptions.SO_REUSEPORT;
            case SocketOptions.SO_BROADCAST -> StandardSocketOptions.SO_BROADCAST;
            case SocketOptions.IP_MULTICAST_IF2 -> StandardSocketOptions.IP_MULTICAST_IF;
            case SocketOptions.IP_MULTICAST_LOOP -> StandardSocketOptions.IP_MULTICAST_LOOP;
            default -> throw new SocketException("Unknown option " + number);
        };
    }

    /**
     * The named option's value for a numbered option's value: SO_LINGER says "off" with a Boolean.
     */
    public static Object value(int number, Object value) {
        return number == SocketOptions.SO_LINGER && Boolean.FALSE.equals(value)
                ? Integer.valueOf(-1)
                : value;
    }

    /** The reverse. */
    public static Object answer(int number, Object value) {
        return number == SocketOptions.SO_LINGER && value instanceof Integer seconds && seconds < 0
                ? Boolean.FALSE
                : value;
    }
}
