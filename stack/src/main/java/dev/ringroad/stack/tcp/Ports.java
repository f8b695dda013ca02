package dev.ringroad.stack.tcp;

import dev.ringroad.stack.config.KeyedHash;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.Route;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who has which local port, and ports for those who want any (RFC 6056, the double-hash algorithm
 * of section 3.3.4).
 *
 * <p>Only explicit binds are entered; a connection with an ephemeral port is found in the
 * demultiplexer.
 */
final class Ports {
    private static final int COUNTERS = 256;

    private record Binding(Endpoint owner, IpAddress address, boolean reuse) {}

    private final TcpLayer layer;
    private final KeyedHash offsets;
    private final KeyedHash indices;
    private final int first;
    private final int count;
    private final int[] counters = new int[COUNTERS];
    private final Map<Integer, List<Binding>> bindings = new HashMap<>();

    Ports(TcpLayer layer, StackConfig config) {
        this.layer = layer;
        offsets = config.keyedHash("tcp port offset");
        indices = config.keyedHash("tcp port index");
        first = config.ip().ephemeralPortFirst();
        count = config.ip().ephemeralPortLast() - first + 1;
    }

    /** Binds an endpoint; returns the port, or a {@link TcpError} code. */
    int bind(Endpoint owner, IpAddress address, int port, boolean reuse) {
        if (port < 0 || port > 65535) {
            return TcpError.INVALID;
        }
        if (!address.isAny()) {
            Route route = layer.output.route(address, address);
            if (route == null || !route.isLocal()) {
                return TcpError.ADDRESS_NOT_AVAILABLE;
            }
        }
        int chosen = port;
        if (port == 0) {
            chosen = chooseFor(address);
            if (chosen < 0) {
                return TcpError.NO_PORTS;
            }
        } else if (conflict(owner, address, port, reuse)) {
            return TcpError.ADDRESS_IN_USE;
        }
        bindings.computeIfAbsent(chosen, p -> new ArrayList<>(1))
                .add(new Binding(owner, address, reuse));
        return chosen;
    }

    void unbind(Endpoint owner) {
        List<Binding> list = bindings.get(owner.localPort());
        if (list == null) {
            return;
        }
        list.removeIf(binding -> binding.owner().equals(owner));
        if (list.isEmpty()) {
            bindings.remove(owner.localPort());
        }
    }

    private boolean conflict(Endpoint owner, IpAddress address, int port, boolean reuse) {
        List<Binding> list = bindings.get(port);
        if (list != null) {
            for (Binding binding : list) {
                boolean overlap =
                        address.isAny()
                                || binding.address().isAny()
                                || address.equals(binding.address());
                // Two listeners never share a port; others do when both allow it, as Linux has it.
                boolean shared =
                        reuse
                                && binding.reuse()
                                && !(owner instanceof TcpListener
                                        && binding.owner() instanceof TcpListener);
                if (overlap && !shared) {
                    return true;
                }
            }
        }
        return !reuse && (layer.timeWait.usesPort(port) || layer.usesPort(port));
    }

    private int chooseFor(IpAddress address) {
        int start =
                (int)
                        Long.remainderUnsigned(
                                offsets.strong(address.low(), bindings.size(), counters[0]++),
                                count);
        for (int i = 0; i < count; i++) {
            int port = first + (start + i) % count;
            if (!bindings.containsKey(port) && !layer.usesPort(port)) {
                return port;
            }
        }
        return TcpError.NO_PORTS;
    }

    /** An ephemeral port for a connection; returns it, or a {@link TcpError} code. */
    int choose(IpAddress local, IpAddress remote, int remotePort) {
        long offset =
                offsets.strong(
                        local.low() ^ local.high(), remote.low() ^ remote.high(), remotePort);
        int index =
                (int)
                                indices.strong(
                                        local.low() ^ local.high(),
                                        remote.low() ^ remote.high(),
                                        remotePort)
                        & (COUNTERS - 1);
        long start = Long.remainderUnsigned(offset, count);
        for (int i = 0; i < count; i++) {
            int port = first + (int) ((start + Integer.toUnsignedLong(counters[index]++)) % count);
            if (isFree(local, port, remote, remotePort)) {
                return port;
            }
        }
        return TcpError.NO_PORTS;
    }

    private boolean isFree(IpAddress local, int port, IpAddress remote, int remotePort) {
        @Nullable List<Binding> list = bindings.get(port);
        return list == null
                && !layer.demultiplexer.contains(local, port, remote, remotePort)
                && !layer.timeWait.contains(local, port, remote, remotePort);
    }
}
