package dev.ringroad.net.device.fault;

/** What was done to a frame on purpose. */
public enum Fault {
    /** It vanished; also when a copy was needed and the pool had no packet for it. */
    LOST,
    /** It came twice. */
    DUPLICATED,
    /** It was held back so that others could overtake it. */
    REORDERED,
    /** One of its bits was flipped. */
    CORRUPTED
}
