package dev.ringroad.net.driver.afpacket;

import dev.ringroad.core.linux.PacketSocket;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.net.device.VnetHeader;
import dev.ringroad.net.driver.afpacket.AfPacketOptions.Ring;

/**
 * How large the rings of a queue are, derived from the longest frame.
 *
 * <p>The kernel wants blocks of whole pages, and slots that fill a block; slots here are powers of
 * two, so that the slot of an index is a shift away.
 *
 * @param receive how frames are handed over
 * @param slotBytes of each frame in a ring of frames, a power of two
 * @param receiveBlockBytes of each block of the receive ring
 * @param receiveBlocks how many
 * @param transmitBlockBytes of each block of the transmit ring
 * @param transmitBlocks how many
 */
record RingGeometry(
        Ring receive,
        int slotBytes,
        int receiveBlockBytes,
        int receiveBlocks,
        int transmitBlockBytes,
        int transmitBlocks) {

    /** What the kernel puts before a frame, at the most. */
    private static final int OVERHEAD_BYTES = 128 + VnetHeader.BYTES;

    private static final int SLOT_BYTES_MIN = 2048;
    private static final int BLOCK_BYTES = 1 << 16;
    private static final int RECEIVE_BYTES = 2 << 20;
    private static final int TRANSMIT_BYTES = 1 << 20;

    /** Rings of long frames hold as many bytes as this many such frames. */
    private static final int LONG_FRAMES_SENT = 64;

    /**
     * More to receive: an ordinary frame takes a slot for the longest, too, and whoever receives
     * may be kept from its processor for a while.
     */
    private static final int LONG_FRAMES_RECEIVED = 256;

    /** A block is handed over after this long although it is not full; the kernel's least. */
    private static final int RETIRE_MILLIS = 1;

    static RingGeometry of(Ring receive, int frameBytesMax) {
        int slot = SLOT_BYTES_MIN;
        while (slot < frameBytesMax + OVERHEAD_BYTES) {
            slot *= 2;
        }
        int block = Math.max(slot, BLOCK_BYTES);
        int receiveBytes = Math.max(RECEIVE_BYTES, LONG_FRAMES_RECEIVED * slot);
        int transmitBytes = Math.max(TRANSMIT_BYTES, LONG_FRAMES_SENT * slot);
        return new RingGeometry(
                receive, slot, block, receiveBytes / block, block, transmitBytes / block);
    }

    /** Asks the kernel for both rings. */
    void make(PacketSocket socket) throws SystemCallException {
        boolean blocks = receive == Ring.BLOCKS;
        socket.version(blocks ? PacketSocket.VERSION_BLOCKS : PacketSocket.VERSION_FRAMES);
        socket.vnetHeader();
        socket.skipBadFrames();
        socket.receiveRing(receiveBlocks, receiveBlockBytes, slotBytes, blocks ? RETIRE_MILLIS : 0);
        socket.transmitRing(transmitBlocks, transmitBlockBytes, slotBytes);
    }

    /** Bytes of the receive ring, which the mapping begins with. */
    long receiveBytes() {
        return (long) receiveBlocks * receiveBlockBytes;
    }

    /** Bytes of the transmit ring, which follows. */
    long transmitBytes() {
        return (long) transmitBlocks * transmitBlockBytes;
    }
}
