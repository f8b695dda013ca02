package dev.ringroad.stack.neighbour;

import dev.ringroad.net.packet.Packet;

import org.jspecify.annotations.Nullable;

/**
 * What neighbour discovery needs of the interface that it works for. The interface lives in the
 * layer above, which is why it is seen through this type here.
 */
public interface Link {
    /** Our hardware address in the low 48 bits. */
    long hardware();

    /** Whether this is one of the interface's IPv4 addresses. */
    boolean ownsV4(int address);

    /**
     * The interface's address that a neighbour would expect to be asked by: one in its subnet if
     * there is one.
     */
    int sourceV4(int neighbour);

    /** An empty packet for a frame; null when the pool is dry, counted. */
    @Nullable Packet acquire();

    /** Sends a complete frame; the reference moves. */
    void transmit(Packet frame);

    /** Takes a frame whose neighbour does not answer, to tell its sender and release it. */
    void undeliverable(Packet frame, long nowNanos);
}
