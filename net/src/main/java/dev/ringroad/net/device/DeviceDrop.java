package dev.ringroad.net.device;

/**
 * Why a device dropped a frame or left it waiting: the reasons that every device knows. A driver
 * whose peer can do more wrong has more reasons of its own beside these.
 */
public enum DeviceDrop implements NamedDrop {
    /** To transmit: it can never fit. */
    OVERSIZE("frames to transmit that are longer than the device's longest"),

    /** To transmit: nobody could tell whom it is for. */
    RUNT("frames to transmit that are shorter than an Ethernet header"),

    /** To transmit: there is no other side. */
    LINK_DOWN("frames to transmit while the link was down"),

    /** Received: nowhere to put it. */
    POOL_EMPTY("times that received frames found no free packet; they waited or were lost"),

    /** Received: longer than a packet can hold. */
    RECEIVED_TOO_LONG("received frames that are longer than a packet of the pool"),

    /** Received: it cannot be what it claims to be. */
    RECEIVED_BROKEN(
            "received frames that are shorter than an Ethernet header or describe themselves wrongly");

    private final String sentence;

    DeviceDrop(String sentence) {
        this.sentence = sentence;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
