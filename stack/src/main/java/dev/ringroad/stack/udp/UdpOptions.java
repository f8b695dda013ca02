package dev.ringroad.stack.udp;

import dev.ringroad.stack.config.UdpLimits;
import dev.ringroad.stack.ip.NetInterface;

import org.jspecify.annotations.Nullable;

/** The options of one UDP endpoint, named after the socket options that they stand for. */
public final class UdpOptions {
    private final UdpLimits limits;
    private boolean reuseAddress;
    private boolean reusePort;
    private boolean broadcast;
    private boolean multicastLoop = true;
    private int ttl;
    private int multicastTtl = 1;
    private int trafficClass;
    private int receiveBufferBytes;
    private int sendBufferBytes;
    private @Nullable NetInterface multicastInterface;

    UdpOptions(UdpLimits limits) {
        this.limits = limits;
        this.receiveBufferBytes = limits.receiveBufferBytes();
        this.sendBufferBytes = limits.sendBufferBytes();
    }

    /** SO_REUSEADDR: others that say so too may have the same address and port. */
    public boolean reuseAddress() {
        return reuseAddress;
    }

    /** Sets {@link #reuseAddress()}; before binding. */
    public void reuseAddress(boolean reuse) {
        reuseAddress = reuse;
    }

    /** SO_REUSEPORT: others that say so too share the port's datagrams. */
    public boolean reusePort() {
        return reusePort;
    }

    /** Sets {@link #reusePort()}; before binding. */
    public void reusePort(boolean reuse) {
        reusePort = reuse;
    }

    /** SO_BROADCAST. */
    public boolean broadcast() {
        return broadcast;
    }

    /** Sets {@link #broadcast()}. */
    public void broadcast(boolean allowed) {
        broadcast = allowed;
    }

    /**
     * IP_MULTICAST_LOOP: whether the stack's own members hear what this endpoint sends to a group.
     */
    public boolean multicastLoop() {
        return multicastLoop;
    }

    /** Sets {@link #multicastLoop()}. */
    public void multicastLoop(boolean loop) {
        multicastLoop = loop;
    }

    /** IP_MULTICAST_TTL, 0 to 255. */
    public int multicastTtl() {
        return multicastTtl;
    }

    /** Sets {@link #multicastTtl()}. */
    public void multicastTtl(int hops) {
        multicastTtl = hops;
    }

    /** IP_MULTICAST_IF: where datagrams to groups go out; null leaves it to the routes. */
    public @Nullable NetInterface multicastInterface() {
        return multicastInterface;
    }

    /** Sets {@link #multicastInterface()}. */
    public void multicastInterface(@Nullable NetInterface netInterface) {
        multicastInterface = netInterface;
    }

    /** Time to live of unicast datagrams; 0 for the stack's default. */
    public int ttl() {
        return ttl;
    }

    /** Sets {@link #ttl()}. */
    public void ttl(int hops) {
        ttl = hops;
    }

    /** IP_TOS: DSCP and ECN, 0 to 255. */
    public int trafficClass() {
        return trafficClass;
    }

    /** Sets {@link #trafficClass()}. */
    public void trafficClass(int value) {
        trafficClass = value & 0xff;
    }

    /** SO_RCVBUF in bytes. */
    public int receiveBufferBytes() {
        return receiveBufferBytes;
    }

    /** Sets {@link #receiveBufferBytes()}, within the stack's limit. */
    public void receiveBufferBytes(int bytes) {
        receiveBufferBytes = Math.clamp(bytes, 2048, limits.receiveBufferBytesMax());
    }

    /** SO_SNDBUF in bytes: nothing is queued in the endpoint, so this is only kept. */
    public int sendBufferBytes() {
        return sendBufferBytes;
    }

    /** Sets {@link #sendBufferBytes()}. */
    public void sendBufferBytes(int bytes) {
        sendBufferBytes = Math.max(2048, bytes);
    }
}
