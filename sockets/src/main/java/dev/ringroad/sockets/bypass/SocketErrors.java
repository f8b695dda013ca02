package dev.ringroad.sockets.bypass;

import dev.ringroad.stack.tcp.TcpError;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Objects;

/** The JDK's way of refusing addresses and of turning channel exceptions into socket exceptions. */
public final class SocketErrors {
    private SocketErrors() {}

    /** The address as an internet address, or the exception that channels throw for it. */
    public static InetSocketAddress checkAddress(SocketAddress address) {
        Objects.requireNonNull(address);
        if (!(address instanceof InetSocketAddress internet)) {
            throw new UnsupportedAddressTypeException();
        }
        if (internet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        InetAddress host = internet.getAddress();
        if (!(host instanceof Inet4Address || host instanceof Inet6Address)) {
            throw new IllegalArgumentException(
                    "Invalid address type: " + host.getClass().getName());
        }
        return internet;
    }

    /** Why a connect failed, in the JDK's classes and words. */
    public static IOException connectFailure(int code) {
        String message = TcpError.message(code);
        return switch (code) {
            case TcpError.REFUSED, TcpError.TIMED_OUT -> new ConnectException(message);
            // A reset in answer to the first segment is a refusal.
            case TcpError.RESET -> new ConnectException(TcpError.message(TcpError.REFUSED));
            case TcpError.UNREACHABLE -> new NoRouteToHostException(message);
            case TcpError.ADDRESS_IN_USE, TcpError.ADDRESS_NOT_AVAILABLE, TcpError.NO_PORTS ->
                    new BindException(message);
            default -> new SocketException(message);
        };
    }

    /** Why a bind or listen failed. */
    public static IOException bindFailure(int code) {
        return new BindException(TcpError.message(code));
    }

    /** Why a read failed. */
    public static IOException readFailure(int code) {
        return new SocketException(
                code == TcpError.RESET ? "Connection reset" : TcpError.message(code));
    }

    /** Why a write failed. */
    public static IOException writeFailure(int code) {
        return new SocketException(TcpError.message(code));
    }

    /** What an adaptor ({@code channel.socket()}) throws where its channel threw this. */
    public static IOException forAdaptor(Exception e) {
        return e instanceof IOException io && !(e instanceof ClosedChannelException)
                ? io
                : forSocket(e);
    }

    /**
     * The socket exception that stands for an exception of a channel; unchecked ones without a twin
     * are thrown.
     */
    public static SocketException forSocket(Exception e) {
        if (e instanceof SocketException same) {
            return same;
        }
        String message =
                switch (e) {
                    case ClosedChannelException _ -> "Socket is closed";
                    case NotYetConnectedException _ -> "Socket is not connected";
                    case AlreadyBoundException _ -> "Already bound";
                    case AlreadyConnectedException _ -> "Already connected";
                    case NotYetBoundException _ -> "Socket is not bound yet";
                    case UnsupportedAddressTypeException _ -> "Unsupported address type";
                    case UnresolvedAddressException _ -> "Unresolved address";
                    case IOException io -> String.valueOf(io.getMessage());
                    case RuntimeException unchecked -> throw unchecked;
                    default -> throw new IllegalStateException(e);
                };
        SocketException translated = new SocketException(message);
        translated.initCause(e);
        return translated;
    }
}
