package dev.ringroad.stack.ip;

/**
 * The protocol numbers that the stack speaks (IANA's registry, in IPv4's protocol field and IPv6's
 * next header).
 */
public final class Protocols {
    /** RFC 792. */
    public static final int ICMP = 1;

    /** RFC 2236, RFC 3376. */
    public static final int IGMP = 2;

    /** RFC 9293. */
    public static final int TCP = 6;

    /** RFC 768. */
    public static final int UDP = 17;

    /** RFC 4443. */
    public static final int ICMP_V6 = 58;

    private Protocols() {}
}
