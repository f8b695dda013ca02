package dev.ringroad.stack.tcp;

import dev.ringroad.net.packet.Packet;

/**
 * Keeps received packets full: a small segment is copied behind the one before it. Otherwise a peer
 * that sends single bytes would tie up a whole buffer of the device's pool for each.
 */
final class SmallSegments {
    private static final int COPIED_BYTES_MAX = 512;

    private SmallSegments() {}

    /**
     * Moves a packet's data behind another's, if they are few and there is room.
     *
     * @return whether it was done; then the second packet has been released
     */
    static boolean append(Packet first, Packet second) {
        int length = second.length();
        // Somebody else's view of the packet must not change under them.
        if (length > COPIED_BYTES_MAX || first.tailroom() < length || first.references() != 1) {
            return false;
        }
        int at = first.length();
        first.append(length);
        first.copyIn(at, second.segment(), second.offset(), length);
        second.release();
        return true;
    }
}
