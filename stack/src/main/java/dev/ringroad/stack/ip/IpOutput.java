package dev.ringroad.stack.ip;

import dev.ringroad.net.packet.Packet;

import org.jspecify.annotations.Nullable;

/** What the internet layer does for the protocols above it. Used by the stack's owner only. */
public interface IpOutput {
    /** {@link #send}: on its way, or waiting for the neighbour's address. */
    int SENT = 0;

    /** {@link #send}: larger than the path takes, and not to be fragmented. */
    int TOO_BIG = -1;

    /** {@link #send}: no packets, or no room in the device's ring or the neighbour's queue. */
    int NO_ROOM = -2;

    /** {@link #send}: the neighbour does not answer. */
    int UNREACHABLE = -3;

    /**
     * The way to a destination. Cheap for destinations asked for lately; a connection still keeps
     * its route and asks again when {@link Route#isCurrent()} says no.
     *
     * @param source one of the stack's addresses, or any to have it chosen
     * @return null when there is no route, or the source is not the stack's
     */
    @Nullable Route route(IpAddress destination, IpAddress source);

    /** The same without objects. */
    @Nullable Route route(
            long destinationHigh, long destinationLow, long sourceHigh, long sourceLow);

    /**
     * A packet to be filled with data, with headroom for all headers below. Some packets are kept
     * back for {@link #acquireControl} and for receiving, so that a stack whose data fill the pool
     * still hears what frees them.
     *
     * @return null when the pool is dry; counted
     */
    @Nullable Packet acquire(Route route);

    /**
     * A packet for what carries no data, such as an acknowledgement: from the reserve when need be.
     */
    @Nullable Packet acquireControl(Route route);

    /**
     * The same for {@code bytes} of payload, transport header included: a big packet when one of
     * the device's won't do.
     */
    @Nullable Packet acquire(Route route, int bytes);

    /**
     * Sends a packet whose data are the transport header and the payload. One reference moves to
     * the stack in any case; what is not sent is released and counted.
     *
     * @param ttl time to live; 0 takes the default
     * @param trafficClass DSCP and ECN
     * @return {@link #SENT}, or why not
     */
    int send(Packet packet, Route route, int protocol, int ttl, int trafficClass, long nowNanos);

    /**
     * Whether the transport checksum may be left to the device: then the protocol stores the folded
     * sum of the pseudo-header and calls {@link Packet#requestChecksum}.
     */
    boolean checksumOffload(Route route);

    /**
     * Whether packets up to 64 KiB may be sent as one, to be cut by the device ({@link
     * Packet#requestSegmentation}).
     */
    boolean segmentationOffload(Route route);

    /**
     * Remembers that the path to the route's destination takes no more than {@code mtu} bytes. Only
     * after the protocol has made sure that the report answers something it sent.
     */
    void learnPathMtu(Route route, int mtu, long nowNanos);
}
