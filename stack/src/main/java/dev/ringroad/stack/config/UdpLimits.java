package dev.ringroad.stack.config;

/**
 * Defaults and limits of UDP.
 *
 * @param receiveBufferBytes how much an endpoint queues before it drops, unless told otherwise
 * @param receiveBufferBytesMax the most that an endpoint may ask for
 * @param sendBufferBytes what an endpoint reports as its send buffer
 * @param endpoints most endpoints of one stack
 */
public record UdpLimits(
        int receiveBufferBytes, int receiveBufferBytesMax, int sendBufferBytes, int endpoints) {

    /** The numbers of a profile. */
    public static UdpLimits of(Profile profile) {
        int bytes = profile == Profile.THROUGHPUT ? 1 << 20 : 1 << 18;
        return new UdpLimits(bytes, 1 << 24, bytes, 65536);
    }
}
