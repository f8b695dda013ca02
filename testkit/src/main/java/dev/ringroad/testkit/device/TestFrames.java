package dev.ringroad.testkit.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.EthernetHeader;

import java.lang.foreign.MemorySegment;

/**
 * Frames that say which one they are, in a type of Ethernet that is reserved for experiments, so
 * that what a kernel sends by itself is told apart. Every byte follows from number and length.
 */
public final class TestFrames {

    /** IEEE 802's type for local experiments. */
    public static final int TYPE = 0x88B5;

    /** The shortest frame that has a number. */
    public static final int BYTES_MIN = EthernetHeader.BYTES + Integer.BYTES;

    private static final int NUMBER = EthernetHeader.BYTES;

    private TestFrames() {}

    /** Makes an empty packet the frame of a number. */
    public static void fill(
            Packet packet, long destination, long source, int number, int frameBytes) {
        packet.append(frameBytes);
        MemorySegment s = packet.segment();
        long at = packet.offset();
        EthernetHeader.write(s, at, destination, source, TYPE);
        BigEndian.u32(s, at + NUMBER, number);
        for (int i = BYTES_MIN; i < frameBytes; i++) {
            BigEndian.u8(s, at + i, byteAt(number, i));
        }
    }

    /** Whether a received packet is one of these frames. */
    public static boolean isOne(Packet packet) {
        return packet.length() >= BYTES_MIN
                && EthernetHeader.type(packet.segment(), packet.offset()) == TYPE;
    }

    /** The number of a frame. */
    public static int number(Packet packet) {
        return BigEndian.u32(packet.segment(), packet.offset() + NUMBER);
    }

    /** Fails unless a packet is the frame of a number, byte by byte. */
    public static void assertIntact(
            Packet packet, long destination, long source, int number, int frameBytes) {
        assertThat(packet.totalLength()).as("length of frame %d", number).isEqualTo(frameBytes);
        MemorySegment s = packet.segment();
        long at = packet.offset();
        if (packet.next() != null) {
            byte[] whole = new byte[frameBytes];
            packet.copyOut(0, whole, 0, frameBytes);
            s = MemorySegment.ofArray(whole);
            at = 0;
        }
        assertThat(EthernetHeader.destination(s, at)).isEqualTo(destination);
        assertThat(EthernetHeader.source(s, at)).isEqualTo(source);
        assertThat(BigEndian.u32(s, at + NUMBER)).isEqualTo(number);
        for (int i = BYTES_MIN; i < frameBytes; i++) {
            if (BigEndian.u8(s, at + i) != byteAt(number, i)) {
                throw new AssertionError(
                        "byte " + i + " of frame " + number + " with " + frameBytes + " bytes");
            }
        }
    }

    private static int byteAt(int number, int i) {
        return (number * 31 + i * 7 + (i >>> 8)) & 0xFF;
    }
}
