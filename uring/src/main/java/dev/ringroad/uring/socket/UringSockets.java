package dev.ringroad.uring.socket;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.SocketAddresses;
import dev.ringroad.core.linux.StreamSockets;
import dev.ringroad.uring.UringCaller;
import dev.ringroad.uring.UringLoop;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * Makes sockets whose requests go through one loop. For any thread but the loop's own; a virtual
 * thread that waits for one of them leaves its carrier.
 */
public final class UringSockets {
    private final UringLoop loop;
    private final UringCaller caller;

    /** For the loop of a {@link dev.ringroad.uring.UringThread}, or one that a worker runs. */
    public UringSockets(UringLoop loop) {
        this.loop = loop;
        caller = new UringCaller(loop);
    }

    UringLoop loop() {
        return loop;
    }

    UringCaller caller() {
        return caller;
    }

    /**
     * Connects, for as long as the kernel takes.
     *
     * @param address Internet or Unix domain
     * @throws java.net.ConnectException if nobody listens there, or nobody answers
     * @throws java.net.NoRouteToHostException if there is no way to it
     */
    public UringSocket connect(SocketAddress address) throws IOException {
        return connect(address, SocketHandle.NEVER);
    }

    /**
     * Connects.
     *
     * @param timeout the longest wait
     * @throws SocketTimeoutException when it is over
     */
    public UringSocket connect(SocketAddress address, Duration timeout) throws IOException {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("A time-out is positive, not " + timeout);
        }
        return connect(address, timeout.toNanos());
    }

    private UringSocket connect(SocketAddress address, long timeoutNanos) throws IOException {
        Descriptor descriptor = StreamSockets.open(SocketAddresses.family(address));
        SocketHandle handle = new SocketHandle(this, descriptor);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment name = SocketAddresses.encode(address, arena);
            int result =
                    handle.call(
                            (ring, number) -> ring.sockets().prepareConnect(number, name),
                            null,
                            timeoutNanos);
            if (result < 0) {
                throw SocketFailures.ofConnect(address, -result);
            }
            return new UringSocket(handle);
        } catch (Throwable t) {
            handle.close();
            throw t;
        }
    }

    /**
     * Listens.
     *
     * @param address Internet, port 0 for a free one, or Unix domain
     * @param backlog connections that may wait to be accepted
     * @throws dev.ringroad.core.linux.SystemCallException if it cannot, with the remedy
     */
    public UringServerSocket listen(SocketAddress address, int backlog) throws IOException {
        Descriptor descriptor = Listening.open(address, backlog, false);
        try {
            return new UringServerSocket(
                    this, new SocketHandle(this, descriptor), Listening.localAddress(descriptor));
        } catch (Throwable t) {
            descriptor.close();
            throw t;
        }
    }
}
