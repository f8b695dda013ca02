package dev.ringroad.stack.drop;

import dev.ringroad.net.packet.Packet;

/**
 * Tells who has a received packet when its input ends in an exception: somebody who keeps it, the
 * pool, or nobody. Without an answer it would leak, or go back to the pool while it is still read.
 *
 * <p>On arrival a packet is marked, and its token tells its references. Whoever keeps or sends it
 * on takes the mark off; a release leaves fewer references than the token says, and the last one
 * takes the mark off too.
 */
public final class Arrival {
    private Arrival() {}

    /** The packet's input begins. */
    public static void begin(Packet packet) {
        packet.token = packet.references();
        packet.setFlags(Packet.MARKED);
    }

    /** A queue has the packet from here on, or another protocol. */
    public static void kept(Packet packet) {
        packet.clearFlags(Packet.MARKED);
    }

    /** Releases the packet if nobody has done so and nobody keeps it. */
    public static void releaseIfLost(Packet packet) {
        if (packet.has(Packet.MARKED) && packet.token == packet.references()) {
            packet.release();
        }
    }
}
