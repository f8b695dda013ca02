package dev.ringroad.net.device;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;

import java.lang.foreign.MemorySegment;

/** Does in software what a packet requests and a device cannot. */
public final class Offload {

    private Offload() {}

    /** The sum over all parts of a chain but its first. */
    private static long sumBehind(Packet head, boolean firstIsOdd) {
        long sum = 0;
        boolean odd = firstIsOdd;
        for (Packet part = head.next(); part != null; part = part.next()) {
            int bytes = part.length();
            long own = Checksum.partial(part.segment(), part.offset(), bytes, 0);
            // Behind an odd number of bytes every byte stands in the other half of its word, and
            // folding is what swaps the halves (RFC 1071 section 2.B).
            sum += odd ? Checksum.fold(own) : own;
            odd ^= (bytes & 1) != 0;
        }
        return sum;
    }

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
        long sum = Checksum.partial(s, at, packet.length() - start, 0);
        if (packet.next() != null) {
            sum += sumBehind(packet, ((packet.length() - start) & 1) != 0);
        }
        int checksum = Checksum.finish(sum);
        // 0 would mean "none" to UDP; the two zeros of ones' complement are equal to everybody
        // else.
        BigEndian.u16(s, at + packet.checksumOffset(), checksum == 0 ? 0xFFFF : checksum);
    }
}
