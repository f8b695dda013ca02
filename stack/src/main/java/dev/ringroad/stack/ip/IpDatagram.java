package dev.ringroad.stack.ip;

/**
 * What the internet layer learnt about the datagram that it hands up; the payload itself is the
 * packet's data. One object is filled again for every datagram, so nobody may keep it beyond the
 * call that it was passed to.
 */
public final class IpDatagram {
    /** For unicast to one of the stack's own addresses. */
    public static final int TO_US = 0;

    /** For every host on the link, in the link's or in IP's sense. */
    public static final int TO_ALL = 1;

    /** For a multicast group that the stack has joined. */
    public static final int TO_GROUP = 2;

    int version = 4;
    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    int protocol;
    int ttl;
    int trafficClass;
    int headerBytes;
    int cast;

    @SuppressWarnings("NullAway.Init")
    NetInterface netInterface;

    /** An empty view, to be filled by the internet layer. */
    public IpDatagram() {}

    /** Fills it from an IPv4 header. */
    void setV4(
            int source,
            int destination,
            int newProtocol,
            int newTtl,
            int newTrafficClass,
            int newHeaderBytes) {
        version = 4;
        sourceHigh = 0;
        sourceLow = IpAddress.mapped(source);
        destinationHigh = 0;
        destinationLow = IpAddress.mapped(destination);
        protocol = newProtocol;
        ttl = newTtl;
        trafficClass = newTrafficClass;
        headerBytes = newHeaderBytes;
    }

    /** 4 or 6. */
    public int version() {
        return version;
    }

    /** First half of the sender's address. */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** Second half of the sender's address. */
    public long sourceLow() {
        return sourceLow;
    }

    /** First half of the address that it was sent to. */
    public long destinationHigh() {
        return destinationHigh;
    }

    /** Second half of the address that it was sent to. */
    public long destinationLow() {
        return destinationLow;
    }

    /** The sender's IPv4 address; meaningless in version 6. */
    public int sourceV4() {
        return (int) sourceLow;
    }

    /** The IPv4 address that it was sent to; meaningless in version 6. */
    public int destinationV4() {
        return (int) destinationLow;
    }

    /** The sender's address as an object: for the slow path. */
    public IpAddress source() {
        return new IpAddress(sourceHigh, sourceLow);
    }

    /** The destination as an object: for the slow path. */
    public IpAddress destination() {
        return new IpAddress(destinationHigh, destinationLow);
    }

    /** One of {@link Protocols}, or a number that the stack doesn't speak. */
    public int protocol() {
        return protocol;
    }

    /** Time to live, or hop limit. */
    public int ttl() {
        return ttl;
    }

    /** Type of service, or traffic class: six bits of DSCP and two of ECN. */
    public int trafficClass() {
        return trafficClass;
    }

    /** {@link #TO_US}, {@link #TO_ALL} or {@link #TO_GROUP}. */
    public int cast() {
        return cast;
    }

    /**
     * Whether it was for one of the stack's own addresses, and for this host alone on the link too.
     */
    public boolean isUnicast() {
        return cast == TO_US;
    }

    /**
     * Bytes of the IP header; they still lie before the packet's data, so that an error can quote
     * them.
     */
    public int headerBytes() {
        return headerBytes;
    }

    /** Where it came in. */
    public NetInterface netInterface() {
        return netInterface;
    }
}
