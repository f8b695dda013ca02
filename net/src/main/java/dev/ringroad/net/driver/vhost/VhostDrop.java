package dev.ringroad.net.driver.vhost;

import dev.ringroad.net.device.NamedDrop;

/**
 * Why a vhost-user device lost a frame, refused a message or gave up a connection, beside the
 * reasons that every device has ({@link dev.ringroad.net.device.DeviceDrop}).
 */
public enum VhostDrop implements NamedDrop {
    /** To receive: a buffer that is not in the front end's memory. */
    OUTSIDE_MEMORY("frames in buffers that lie partly or wholly outside the front end's memory"),
    /** To receive: descriptors that contradict the standard or what was agreed. */
    BAD_CHAIN("frames whose descriptors contradict each other"),
    /** To receive: descriptors that come back to themselves, or are more than a frame may have. */
    ENDLESS_CHAIN("frames in more descriptors than the ring has, or than 256"),
    /** To transmit: a buffer too small for the frame, where several may not be joined. */
    BUFFER_TOO_SMALL("frames to transmit that are longer than the front end's buffers"),
    /** An index moved further than the ring allows; the connection ends. */
    INDEX_JUMP("connections ended because the front end moved an index beyond the ring"),
    /** A descriptor was named that the ring does not have; the connection ends. */
    BAD_HEAD("connections ended because the front end named a descriptor outside the ring"),
    /** A chain of a packed ring without an end; the connection ends. */
    LOST_POSITION("connections ended because a chain of a packed ring had no end"),
    /** A buffer offered for filling can't be written; the connection ends. */
    BAD_BUFFER("connections ended because the front end offered a buffer that can't be written"),
    /** Memory of the front end vanished under an access; the connection ends. */
    MEMORY_GONE("connections ended because the front end took its memory away"),
    /** A control message that breaks the protocol; the connection ends. */
    BAD_MESSAGE("connections ended by a message that breaks the protocol"),
    /** Descriptors came with a message that has no place for them. */
    STRAY_DESCRIPTOR("descriptors that came with a message they do not belong to"),
    /** The control work met a defect here, and the front end was sent away for it. */
    UNFORESEEN("connections ended because of an error that nobody foresaw");

    private final String sentence;

    VhostDrop(String sentence) {
        this.sentence = sentence;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
