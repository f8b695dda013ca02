package dev.ringroad.uring.socket;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.SystemCallException;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;

/** What a failed request is in the words of {@code java.net}, the kernel's reason as the cause. */
final class SocketFailures {

    private SocketFailures() {}

    /** Of an attempt to connect; {@code errno} is positive. */
    static IOException ofConnect(SocketAddress address, int errno) {
        String what = "connect(" + address + ")";
        return switch (errno) {
            case Errno.EHOSTUNREACH, Errno.ENETUNREACH ->
                    caused(new NoRouteToHostException(words(what, errno)), what, errno);
            case Errno.ECONNREFUSED, Errno.ETIMEDOUT, Errno.EADDRNOTAVAIL ->
                    caused(new ConnectException(words(what, errno)), what, errno);
            default -> of(what, errno);
        };
    }

    /** Of anything else. */
    static IOException of(String what, int errno) {
        return caused(new SocketException(words(what, errno)), what, errno);
    }

    private static String words(String what, int errno) {
        return what + ": " + Errno.describe(errno);
    }

    private static IOException caused(SocketException exception, String what, int errno) {
        exception.initCause(new SystemCallException(what, errno, ""));
        return exception;
    }
}
