package dev.ringroad.net.device;

/**
 * What a device does for its owner, who does the rest in software.
 *
 * @param transmitChecksum completes checksums that a packet requests
 * @param receiveChecksum says of received packets whether their checksum was verified
 * @param segmentation cuts TCP segments over IPv4 and IPv6 of up to 64 KiB
 * @param largeReceive may give received TCP segments joined, up to 64 KiB
 * @param zeroCopyTransmit sends packets of its own pool without copying them
 * @param chainedReceive may give a received frame as a chain of packets, see {@link RxQueue}
 * @param frameBytesMax the longest frame, with its Ethernet header, that is not to be cut
 */
public record Capabilities(
        boolean transmitChecksum,
        boolean receiveChecksum,
        boolean segmentation,
        boolean largeReceive,
        boolean zeroCopyTransmit,
        boolean chainedReceive,
        int frameBytesMax) {

    /** As the long form, of a device that gives every frame in one packet. */
    public Capabilities(
            boolean transmitChecksum,
            boolean receiveChecksum,
            boolean segmentation,
            boolean largeReceive,
            boolean zeroCopyTransmit,
            int frameBytesMax) {
        this(
                transmitChecksum,
                receiveChecksum,
                segmentation,
                largeReceive,
                zeroCopyTransmit,
                false,
                frameBytesMax);
    }

    /** Carries frames and does nothing else. */
    public static Capabilities none(int frameBytesMax) {
        return new Capabilities(false, false, false, false, false, frameBytesMax);
    }
}
