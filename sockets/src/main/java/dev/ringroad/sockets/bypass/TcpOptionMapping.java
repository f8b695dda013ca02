package dev.ringroad.sockets.bypass;

import dev.ringroad.stack.tcp.TcpConnection;

import org.jspecify.annotations.Nullable;

import java.net.SocketOption;

/** Which of the stack's options is which of the JDK's. Called with the stack's lock held. */
final class TcpOptionMapping {
    private TcpOptionMapping() {}

    /**
     * Sets an option whose value has been checked; what the stack has no use for is only remembered
     * by the caller. Options go by their names, because a JVM may lack the module of some of them.
     */
    static void set(TcpConnection c, SocketOption<?> option, Object value) {
        switch (option.name()) {
            case "TCP_NODELAY" -> c.noDelay((Boolean) value);
            case "SO_KEEPALIVE" -> c.keepAlive((Boolean) value);
            case "TCP_QUICKACK" -> c.quickAck((Boolean) value);
            case "SO_REUSEADDR" -> c.reuseAddress((Boolean) value);
            case "SO_SNDBUF" -> c.sendBufferBytes((Integer) value);
            case "SO_RCVBUF" -> c.receiveBufferBytes((Integer) value);
            case "SO_LINGER" -> c.lingerSeconds((Integer) value);
            case "IP_TOS" -> c.trafficClass((Integer) value);
            case "TCP_KEEPIDLE" -> c.keepAliveIdleSeconds((Integer) value);
            case "TCP_KEEPINTERVAL" -> c.keepAliveIntervalSeconds((Integer) value);
            case "TCP_KEEPCOUNT" -> c.keepAliveCount((Integer) value);
            default -> {
                // SO_REUSEPORT means nothing to a connection.
            }
        }
    }

    /** The value that is in force; null when the stack does not keep it. */
    static @Nullable Object get(TcpConnection c, SocketOption<?> option) {
        return switch (option.name()) {
            case "SO_SNDBUF" -> c.sendBufferBytes();
            case "SO_RCVBUF" -> c.receiveBufferBytes();
            case "IP_TOS" -> c.trafficClass();
            case "SO_LINGER" -> c.lingerSeconds();
            default -> null;
        };
    }
}
