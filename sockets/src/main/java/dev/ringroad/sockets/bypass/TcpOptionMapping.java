package dev.ringroad.sockets.bypass;

import dev.ringroad.stack.tcp.TcpConnection;

import jdk.net.ExtendedSocketOptions;

import org.jspecify.annotations.Nullable;

import java.net.SocketOption;
import java.net.StandardSocketOptions;

/** Which of the stack's options is which of the JDK's. Called with the stack's lock held. */
final class TcpOptionMapping {
    private TcpOptionMapping() {}

    /**
     * Sets an option whose value has been checked; what the stack has no use for is only remembered
     * by the caller.
     */
    static void set(TcpConnection c, SocketOption<?> name, Object value) {
        if (name.equals(StandardSocketOptions.TCP_NODELAY)) {
            c.noDelay((Boolean) value);
        } else if (name.equals(StandardSocketOptions.SO_KEEPALIVE)) {
            c.keepAlive((Boolean) value);
        } else if (name.equals(ExtendedSocketOptions.TCP_QUICKACK)) {
            c.quickAck((Boolean) value);
        } else if (name.equals(StandardSocketOptions.SO_REUSEADDR)) {
            c.reuseAddress((Boolean) value);
        } else if (value instanceof Integer number) {
            setNumber(c, name, number);
        }
    }

    private static void setNumber(TcpConnection c, SocketOption<?> name, int value) {
        if (name.equals(StandardSocketOptions.SO_SNDBUF)) {
            c.sendBufferBytes(value);
        } else if (name.equals(StandardSocketOptions.SO_RCVBUF)) {
            c.receiveBufferBytes(value);
        } else if (name.equals(StandardSocketOptions.SO_LINGER)) {
            c.lingerSeconds(value);
        } else if (name.equals(StandardSocketOptions.IP_TOS)) {
            c.trafficClass(value);
        } else if (name.equals(ExtendedSocketOptions.TCP_KEEPIDLE)) {
            c.keepAliveIdleSeconds(value);
        } else if (name.equals(ExtendedSocketOptions.TCP_KEEPINTERVAL)) {
            c.keepAliveIntervalSeconds(value);
        } else if (name.equals(ExtendedSocketOptions.TCP_KEEPCOUNT)) {
            c.keepAliveCount(value);
        }
    }

    /** The value that is in force; null when the stack does not keep it. */
    static @Nullable Object get(TcpConnection c, SocketOption<?> name) {
        if (name.equals(StandardSocketOptions.SO_SNDBUF)) {
            return c.sendBufferBytes();
        }
        if (name.equals(StandardSocketOptions.SO_RCVBUF)) {
            return c.receiveBufferBytes();
        }
        if (name.equals(StandardSocketOptions.IP_TOS)) {
            return c.trafficClass();
        }
        return name.equals(StandardSocketOptions.SO_LINGER) ? c.lingerSeconds() : null;
    }
}
