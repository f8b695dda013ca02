package dev.ringroad.net.virtio;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.ringroad.net.device.VnetHeader;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * What stands before each frame in a virtio buffer (virtio 1.2, section 5.1.6), little-endian:
 *
 * <pre>
 *   0                                    10        12
 *   | as in {@link VnetHeader}           | buffers |
 * </pre>
 *
 * <p>The last field is there when {@link VirtioFeature#VERSION_1} or {@link
 * VirtioFeature#NET_MRG_RXBUF} was agreed. It says how many buffers a received frame lies in: one
 * unless the latter was agreed.
 */
public final class VirtioNetHeader {

    /** Bytes of the header with the number of buffers. */
    public static final int BYTES = 12;

    /** Bytes of the older interface's header without it. */
    public static final int LEGACY_BYTES = VnetHeader.BYTES;

    private static final int BUFFERS_AT = LEGACY_BYTES;

    static {
        if (BUFFERS_AT != Long.BYTES + Short.BYTES || BUFFERS_AT + Short.BYTES != BYTES) {
            throw new ExceptionInInitializerError("the mergeable virtio-net header has 12 bytes");
        }
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new ExceptionInInitializerError(
                    "virtio is little-endian, and these layouts are the machine's");
        }
    }

    private VirtioNetHeader() {}

    /** How many bytes the header has with these features. */
    public static int bytes(long features) {
        boolean counted =
                VirtioFeature.VERSION_1.in(features) || VirtioFeature.NET_MRG_RXBUF.in(features);
        return counted ? BYTES : LEGACY_BYTES;
    }

    /**
     * Writes the header of a frame that asks for nothing.
     *
     * @param bytes of the header, as {@link #bytes(long)} has them
     * @param buffers that the frame lies in
     */
    public static void plain(MemorySegment s, long at, int bytes, int buffers) {
        s.set(JAVA_LONG_UNALIGNED, at, 0);
        if (bytes == BYTES) {
            s.set(JAVA_INT_UNALIGNED, at + Long.BYTES, buffers << Short.SIZE);
        } else {
            s.set(JAVA_SHORT_UNALIGNED, at + Long.BYTES, (short) 0);
        }
    }

    /** How many buffers a received frame lies in. */
    public static int buffers(MemorySegment s, long at) {
        return s.get(JAVA_SHORT_UNALIGNED, at + BUFFERS_AT) & 0xFFFF;
    }

    /** Says how many buffers a frame lies in. */
    public static void buffers(MemorySegment s, long at, int count) {
        s.set(JAVA_SHORT_UNALIGNED, at + BUFFERS_AT, (short) count);
    }
}
