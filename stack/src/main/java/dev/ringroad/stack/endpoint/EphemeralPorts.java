package dev.ringroad.stack.endpoint;

import dev.ringroad.stack.config.KeyedHash;
import dev.ringroad.stack.config.StackConfig;

/**
 * The order in which ports are tried when the application leaves the choice to the stack: RFC
 * 6056's algorithm 3. Where the search begins depends on the peer by a secret hash, so that nobody
 * can guess the next port by having seen others; towards one peer ports still come one after the
 * other, so that none is taken up again soon.
 *
 * <pre>{@code
 * int start = ports.start(high, low, port);
 * for (int attempt = 0; attempt < ports.count(); attempt++) {
 *     int candidate = ports.port(start, attempt);
 *     ...
 * }
 * }</pre>
 */
public final class EphemeralPorts {
    private final KeyedHash hash;
    private final int first;
    private final int count;
    private int taken;

    /** The ports of one protocol. */
    public EphemeralPorts(StackConfig config, String protocol) {
        this.hash = config.keyedHash("ports of " + protocol);
        this.first = config.ip().ephemeralPortFirst();
        this.count = config.ip().ephemeralPortLast() - first + 1;
    }

    /** How many ports there are to choose from. */
    public int count() {
        return count;
    }

    /** Where a search begins; the next one for the same peer begins one further. */
    public int start(long remoteHigh, long remoteLow, int remotePort) {
        long offset = hash.strong(remoteHigh, remoteLow, remotePort) >>> 1;
        return (int) ((offset + (taken++ & Integer.MAX_VALUE)) % count);
    }

    /** Where a search for an endpoint without a peer begins: anywhere. */
    public int start() {
        return (int) ((hash.strong(taken++, -1, -1) >>> 1) % count);
    }

    /** The port to be tried at this attempt, counted from 0. */
    public int port(int start, int attempt) {
        return first + (start + attempt) % count;
    }
}
