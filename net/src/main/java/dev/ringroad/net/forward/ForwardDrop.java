package dev.ringroad.net.forward;

import dev.ringroad.net.device.NamedDrop;

/** Why forwarding, and not a device, dropped a frame. */
public enum ForwardDrop implements NamedDrop {
    /** Counted at the port to which it should have gone. */
    NOT_ACCEPTED("frames that the port they were to leave by had no room for"),

    /** Counted at the port it came from, as are the others. */
    RUNT("received frames that end within their Ethernet header"),

    /** What stands behind the Ethernet header is cut or lies. */
    HEADER_BROKEN("received frames with an ARP, IP or transport header that is cut or lies"),

    /** Modes that look behind the Ethernet header only. */
    IN_PIECES("received frames in several packets, of which the first has no room for all"),

    /** Modes that answer only. */
    NOT_A_REQUEST("received frames that are neither an ARP nor an echo request");

    private final String sentence;

    ForwardDrop(String sentence) {
        this.sentence = sentence;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
