package dev.ringroad.net.driver.afxdp;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.ringroad.net.packet.Packet;

import java.lang.foreign.MemorySegment;

/**
 * What is asked of the kernel or the adapter for a frame to transmit, and what comes back; it lies
 * before the frame.
 *
 * <pre>
 *   struct xsk_tx_metadata (linux/if_xdp.h)
 *   0       8                10                16               24
 *   | flags | checksum start | checksum offset | launch time    |   asked
 *   | flags | time at which it was sent        |                |   answered
 * </pre>
 */
final class TxMetadata {

    static final int BYTES = 24;

    private static final long TIMESTAMP = 1;
    private static final long CHECKSUM = 1 << 1;
    private static final long FIELDS_AT = 8;
    private static final long CHECKSUM_OFFSET_AT = 10;

    private TxMetadata() {}

    /**
     * Writes what is asked for; false when nothing is.
     *
     * @param packet that has {@link #BYTES} of headroom
     */
    static boolean ask(Packet packet, boolean checksum, boolean timestamp) {
        long flags = (checksum ? CHECKSUM : 0) | (timestamp ? TIMESTAMP : 0);
        if (flags == 0) {
            return false;
        }
        MemorySegment s = packet.segment();
        long at = packet.offset() - BYTES;
        s.set(JAVA_LONG_UNALIGNED, at, flags);
        s.set(JAVA_LONG_UNALIGNED, at + FIELDS_AT, 0);
        if (checksum) {
            s.set(JAVA_SHORT_UNALIGNED, at + FIELDS_AT, (short) packet.checksumStart());
            s.set(JAVA_SHORT_UNALIGNED, at + CHECKSUM_OFFSET_AT, (short) packet.checksumOffset());
        }
        return true;
    }

    /** Writes that nothing is asked for, and nothing answered. */
    static void clear(Packet packet) {
        long at = packet.offset() - BYTES;
        packet.segment().set(JAVA_LONG_UNALIGNED, at, 0);
        packet.segment().set(JAVA_LONG_UNALIGNED, at + FIELDS_AT, 0);
    }

    /**
     * When a frame was sent, in nanoseconds of the kernel's atomic time ({@code CLOCK_TAI}); 0 when
     * nobody has said.
     *
     * @param frame where it begins
     */
    static long sentNanos(MemorySegment s, long frame) {
        return s.get(JAVA_LONG_UNALIGNED, frame - BYTES + FIELDS_AT);
    }
}
