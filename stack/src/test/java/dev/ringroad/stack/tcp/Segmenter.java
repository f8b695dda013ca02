package dev.ringroad.stack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.net.packet.Packet;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a kernel does to a frame whose checksum and segmentation were left to it: each piece gets
 * the headers of the whole with its own length, sequence number, flags and checksum, the latter
 * from the sum that the sender has stored.
 */
final class Segmenter {
    private static final int IP = 14;
    private static final int TCP = 34;
    private static final int CHECKSUM = TCP + 16;
    private static final int FIN_PSH = 9;

    private Segmenter() {}

    static List<byte[]> frames(Packet packet) {
        byte[] whole = new byte[packet.length()];
        packet.copyOut(0, whole, 0, whole.length);
        if (!packet.has(Packet.CHECKSUM_REQUESTED)) {
            assertThat(packet.segmentation()).isEqualTo(Packet.SEGMENT_NONE);
            return List.of(whole);
        }
        assertThat(packet.checksumStart()).isEqualTo(TCP);
        assertThat(packet.checksumOffset()).isEqualTo(CHECKSUM - TCP);
        int headers = TCP + (whole[TCP + 12] >> 4 & 15) * 4;
        int payload = whole.length - headers;
        int each = packet.segmentation() == Packet.SEGMENT_NONE ? payload : packet.segmentBytes();
        if (packet.segmentation() != Packet.SEGMENT_NONE) {
            assertThat(packet.segmentation()).isEqualTo(Packet.SEGMENT_TCP4);
            assertThat(whole.length - IP).isLessThanOrEqualTo(0xffff);
            assertThat(payload).as("payload to be cut").isGreaterThan(each);
        }
        List<byte[]> frames = new ArrayList<>();
        int at = 0;
        do {
            int bytes = Math.min(each, payload - at);
            frames.add(piece(whole, headers, at, bytes, at + bytes == payload));
            at += bytes;
        } while (at < payload);
        return frames;
    }

    private static byte[] piece(byte[] whole, int headers, int at, int bytes, boolean last) {
        ByteBuffer frame = ByteBuffer.allocate(headers + bytes);
        frame.put(whole, 0, headers).put(whole, headers + at, bytes);
        frame.putShort(IP + 2, (short) (headers - IP + bytes));
        frame.putShort(IP + 10, (short) 0);
        frame.putShort(IP + 10, (short) ~sum(frame.array(), IP, TCP, 0));
        frame.putInt(TCP + 4, frame.getInt(TCP + 4) + at);
        if (!last) {
            frame.put(TCP + 13, (byte) (frame.get(TCP + 13) & ~FIN_PSH));
        }
        // The stored sum counts the length of the whole.
        int pseudo = sum(whole, CHECKSUM, CHECKSUM + 2, 0);
        int shorter = whole.length - headers - bytes;
        frame.putShort(CHECKSUM, (short) 0);
        int total = sum(frame.array(), TCP, headers + bytes, pseudo + (~shorter & 0xffff));
        frame.putShort(CHECKSUM, (short) ~total);
        return frame.array();
    }

    private static int sum(byte[] bytes, int from, int to, int start) {
        int sum = start;
        for (int i = from; i < to; i++) {
            sum += (bytes[i] & 0xff) << ((i - from) % 2 == 0 ? 8 : 0);
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        return (sum & 0xffff) + (sum >>> 16);
    }
}
