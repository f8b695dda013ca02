package dev.ringroad.net.driver.memif;

import dev.ringroad.net.device.NamedDrop;

/**
 * Why a memif lost a packet, refused a message or gave up a connection, beside the reasons that
 * every device has ({@link dev.ringroad.net.device.DeviceDrop}).
 */
public enum MemifDrop implements NamedDrop {
    /** A received descriptor names a region that was never offered. */
    UNKNOWN_REGION("frames in a region that the peer never offered"),
    /** A received descriptor's offset and length leave its region. */
    OUTSIDE_REGION("frames that lie partly or wholly outside their region"),
    /** The peer claims to have written more than the buffer holds. */
    BEYOND_BUFFER("frames longer than the buffer they were written into"),
    /** A chain of descriptors whose end was not published with it. */
    CUT_CHAIN("chained frames whose last descriptor never came"),
    /** A frame that lay in the ring or a buffer when the peer went away. */
    PEER_GONE("frames on their way when the peer went away"),
    /** An index moved further than the ring allows; the connection ends. */
    INDEX_JUMP("connections ended because the peer moved an index beyond the ring"),
    /** A buffer offered for filling lies outside its region or is empty; the connection ends. */
    BAD_BUFFER("connections ended because the peer offered a buffer that can't be written"),
    /** Memory of the peer vanished under an access; the connection ends. */
    MEMORY_GONE("connections ended because the peer took its memory away"),
    /** A control message that breaks the protocol; the connection ends. */
    BAD_MESSAGE("connections ended by a message that breaks the protocol"),
    /** Descriptors came with a message that has no place for them. */
    STRAY_DESCRIPTOR("descriptors that came with a message they do not belong to"),
    /** A client in its handshake met a defect here and was sent away for it. */
    UNFORESEEN("clients sent away because of an error that nobody foresaw");

    private final String sentence;

    MemifDrop(String sentence) {
        this.sentence = sentence;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
