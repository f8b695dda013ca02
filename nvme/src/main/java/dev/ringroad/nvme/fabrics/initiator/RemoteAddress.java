package dev.ringroad.nvme.fabrics.initiator;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a namespace is, as a line of text: {@code HOST:PORT/NQN/ID}. More paths stand before the
 * first slash, with plus signs between them; a port that is left out is {@value #PORT}.
 *
 * @param paths one at least; names were resolved if they can be
 * @param subsystem its NVMe qualified name
 * @param namespaceId unsigned
 */
public record RemoteAddress(List<InetSocketAddress> paths, String subsystem, int namespaceId) {
    /** The port of NVMe over TCP (IANA). */
    public static final int PORT = 4420;

    private static final int PORT_MAX = 65535;

    public RemoteAddress {
        paths = List.copyOf(paths);
    }

    /**
     * Takes a text apart.
     *
     * @throws IllegalArgumentException when it is none; the message says how one looks
     */
    public static RemoteAddress parse(String text) {
        int first = text.indexOf('/');
        int last = text.lastIndexOf('/');
        if (first <= 0 || last == first) {
            throw new IllegalArgumentException(
                    "A namespace of another machine is HOST:PORT/NQN/ID, such as"
                            + " 10.0.0.1:4420/nqn.2014-08.org.example:disk/1, not \""
                            + text
                            + "\"");
        }
        List<InetSocketAddress> paths = new ArrayList<>();
        for (String path : text.substring(0, first).split("\\+", -1)) {
            paths.add(path(path));
        }
        return new RemoteAddress(
                paths, text.substring(first + 1, last), id(text.substring(last + 1)));
    }

    private static int id(String text) {
        try {
            int id = Integer.parseUnsignedInt(text);
            if (id != 0 && id != -1) {
                return id;
            }
        } catch (NumberFormatException _) {
            // Said below, as for numbers that are no namespace's.
        }
        throw new IllegalArgumentException(
                "A namespace has a number from 1 to 4294967294, not \"" + text + "\"");
    }

    /**
     * A host and a port: {@code host}, {@code host:port}, {@code [address]:port} or {@code
     * [address]}.
     *
     * @throws IllegalArgumentException when it is none; the message says how one looks
     */
    public static InetSocketAddress path(String text) {
        int colon = text.lastIndexOf(':');
        boolean bare = colon < 0 || text.endsWith("]");
        String host = bare ? text : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            int port = bare ? PORT : Integer.parseInt(text.substring(colon + 1));
            if (!host.isEmpty() && port > 0 && port <= PORT_MAX) {
                return new InetSocketAddress(host, port);
            }
        } catch (NumberFormatException _) {
            // Said below, as for ports that there are not.
        }
        throw new IllegalArgumentException(
                "A path is a host and a port, such as 10.0.0.1:4420 or [fd00::1]:4420, not \""
                        + text
                        + "\"");
    }
}
