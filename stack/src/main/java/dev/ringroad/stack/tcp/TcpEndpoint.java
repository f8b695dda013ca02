package dev.ringroad.stack.tcp;

import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.ip.IpAddress;

/** What connections and listeners share: a local address and port. */
public abstract sealed class TcpEndpoint extends Endpoint permits ConnectionSettings, TcpListener {
    final TcpLayer layer;

    private IpAddress localAddress = IpAddress.ANY_V4;
    private int localPort;
    private boolean bound;
    private boolean reuseAddress;

    TcpEndpoint(TcpLayer layer) {
        this.layer = layer;
    }

    /**
     * Takes a local address and port.
     *
     * @param address one of the stack's, or any
     * @param port 0 to have one chosen
     * @param reuse whether a port with connections in TIME-WAIT, or others that allow it, may be
     *     taken
     * @return 0 or a {@link TcpError} code
     */
    public final int bind(IpAddress address, int port, boolean reuse) {
        if (bound || !mayBind()) {
            return TcpError.INVALID;
        }
        int chosen = layer.ports.bind(this, address, port, reuse);
        if (chosen < 0) {
            return chosen;
        }
        bound = true;
        reuseAddress = reuse;
        localAddress = address;
        localPort = chosen;
        return 0;
    }

    abstract boolean mayBind();

    final void unbind() {
        if (bound) {
            bound = false;
            layer.ports.unbind(this);
        }
    }

    /** The local end of a connection is known. */
    final void local(IpAddress address, int port) {
        localAddress = address;
        localPort = port;
    }

    @Override
    public final IpAddress localAddress() {
        return localAddress;
    }

    @Override
    public final int localPort() {
        return localPort;
    }

    /** SO_REUSEADDR. */
    public final boolean reuseAddress() {
        return reuseAddress;
    }

    /** Sets SO_REUSEADDR, before connecting; a bind has a parameter of its own. */
    public final void reuseAddress(boolean on) {
        reuseAddress = on;
    }
}
