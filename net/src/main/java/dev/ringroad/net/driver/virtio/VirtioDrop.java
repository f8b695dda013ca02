package dev.ringroad.net.driver.virtio;

import dev.ringroad.net.device.NamedDrop;

/**
 * Why a virtio device lost a packet, refused a message or gave up a connection, beside the reasons
 * that every device has ({@link dev.ringroad.net.device.DeviceDrop}).
 */
public enum VirtioDrop implements NamedDrop {
    /** A buffer came back that was not with the back end; the connection ends. */
    UNKNOWN_BUFFER("connections ended because the back end gave back a buffer that it had not got"),
    /** An index moved further than the ring allows; the connection ends. */
    INDEX_JUMP("connections ended because the back end moved an index beyond what it had got"),
    /** The back end claims to have written more than the buffer holds. */
    BEYOND_BUFFER("frames longer than the buffers they were written into"),
    /** A header says that a frame lies in no buffer, or in more than there are. */
    BAD_MERGE("frames said to lie in no buffer at all or in more than the ring has"),
    /** A frame in several buffers of which not all came. */
    CUT_FRAME("frames in several buffers of which the last never came"),
    /** A frame that was with the back end when that went away. */
    PEER_GONE("frames on their way when the back end went away"),
    /** A message that breaks the protocol; the connection ends. */
    BAD_MESSAGE("connections ended by a message that breaks the protocol");

    private final String sentence;

    VirtioDrop(String sentence) {
        this.sentence = sentence;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
