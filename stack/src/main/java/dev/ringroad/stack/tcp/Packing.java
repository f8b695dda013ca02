package dev.ringroad.stack.tcp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.Ipv4Header;

/**
 * How much payload a sender puts into one packet: a segment, or a train of full segments that the
 * device cuts, as long as an IP datagram and the packet's buffer can be.
 */
final class Packing {
    private static final int TCP_HEADER_BYTES_MAX = 60;
    private static final int TRAIN_BYTES_MAX = 0xffff - Ipv4Header.BYTES - TCP_HEADER_BYTES_MAX;

    private final SegmentOutput output;
    private int segmentBytes;
    private int trainBytes;

    Packing(SegmentOutput output) {
        this.output = output;
    }

    /** Sets the longest payload of a segment. */
    void segmentBytes(int bytes) {
        segmentBytes = bytes;
        trainBytes = Math.max(bytes, TRAIN_BYTES_MAX - TRAIN_BYTES_MAX % bytes);
    }

    /** The longest payload of a segment. */
    int segmentBytes() {
        return segmentBytes;
    }

    /** The longest payload of a packet. */
    int packetBytes() {
        return output.segmentationOffload() ? trainBytes : segmentBytes;
    }

    /** The part of a payload that goes in full segments. */
    int fullBytes(int bytes) {
        int one = segmentBytes;
        if (bytes < one) {
            return 0;
        }
        return bytes == one ? one : bytes - bytes % one;
    }

    /** How many bytes more a packet takes that has so many; 0 or less when it is full. */
    int room(Packet packet, int bytes) {
        int most = Math.min(packetBytes(), bytes + packet.tailroom());
        int full = fullBytes(most);
        return (full > 0 ? full : most) - bytes;
    }
}
