package dev.ringroad.net.device;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;

import java.lang.foreign.MemorySegment;

/** Does in software what a packet requests and a device cannot. */
public final class Offload {

    private Offload() {}

    /**
     * Completes a requested checksum over all that stands behind its start, and takes the request
     * back; does nothing when none was requested.
     */
    public static void completeChecksum(Packet packet) {
        if (!packet.has(Packet.CHECKSUM_REQUESTED)) {
            return;
        }
        packet.clearFlags(Packet.CHECKSUM_REQUESTED);
        MemorySegment s = packet.segment();
        int start = packet.checksumStart();
        long at = packet.offset() + start;
        int checksum = Checksum.of(s, at, packet.length() - start);
        // 0 would mean "none" to UDP; the two zeros of ones' complement are equal to everybody
        // else.
        BigEndian.u16(s, at + packet.checksumOffset(), checksum == 0 ? 0xFFFF : checksum);
    }
}
