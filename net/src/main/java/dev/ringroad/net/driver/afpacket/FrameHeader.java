package dev.ringroad.net.driver.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.ringroad.net.driver.afpacket.AfPacketOptions.Ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The header that the kernel puts before each frame of a ring ({@code linux/if_packet.h}), numbers
 * in the machine's byte order.
 *
 * <pre>
 *   struct tpacket2_hdr, ring of frames
 *   0        4       8          12     14     16        20       24    26     28       32
 *   | status | bytes | captured | mac  | net  | seconds | nanos  | tag | kind | unused |
 *   struct tpacket3_hdr, ring of blocks
 *   0        4         8       12         16      20       24    26    28     32    36     38       48
 *   | next   | seconds | nanos | captured | bytes | status | mac | net | hash | tag | kind | unused |
 * </pre>
 *
 * <p>{@code mac} is where the frame begins, counted from the header; {@code tag} and {@code kind}
 * are the VLAN tag that the kernel took out of it.
 *
 * @param status a word that says whose the slot is
 * @param length of the frame on the wire
 * @param captured how much of it is in the ring
 * @param mac where it begins
 * @param tag control information of the VLAN tag; the tag's type is 4 bytes behind in a ring of
 *     blocks and 2 in one of frames
 * @param tagType type of the VLAN tag
 * @param bytes of the header; a frame to transmit follows it at once
 */
record FrameHeader(int status, int length, int captured, int mac, int tag, int tagType, int bytes) {

    /** The kernel's, to fill; or, in the transmit ring, ours. */
    static final int AVAILABLE = 0;

    /** Received: ours. */
    static final int USER = 1;

    /** To transmit: the kernel's. */
    static final int SEND_REQUEST = 1;

    /** Received: there was a VLAN tag. */
    static final int TAG_VALID = 1 << 4;

    /** Received: the tag's type is in the header. */
    static final int TAG_TYPE_VALID = 1 << 6;

    private static final FrameHeader IN_FRAMES = new FrameHeader(0, 4, 8, 12, 24, 26, 32);
    private static final FrameHeader IN_BLOCKS = new FrameHeader(20, 16, 12, 24, 32, 36, 48);

    private static final VarHandle WORD = JAVA_INT.varHandle().withInvokeExactBehavior();

    static FrameHeader of(Ring ring) {
        return ring == Ring.BLOCKS ? IN_BLOCKS : IN_FRAMES;
    }

    /** A status word, and with it all that the kernel wrote before it. */
    static int statusAcquire(MemorySegment s, long at) {
        return (int) WORD.getAcquire(s, at);
    }

    /** Hands over all that was read or written before. */
    static void statusRelease(MemorySegment s, long at, int status) {
        WORD.setRelease(s, at, status);
    }

    static int u32(MemorySegment s, long at) {
        return s.get(JAVA_INT_UNALIGNED, at);
    }

    static int u16(MemorySegment s, long at) {
        return s.get(JAVA_SHORT_UNALIGNED, at) & 0xFFFF;
    }
}
