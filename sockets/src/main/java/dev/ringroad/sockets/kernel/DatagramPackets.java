package dev.ringroad.sockets.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.DatagramPacket;

/**
 * The two lengths of a {@link DatagramPacket}: how much was received, and how much its buffer
 * takes. Its public setter sets both, so that a packet used again would never again take more than
 * its first datagram.
 */
public final class DatagramPackets {
    private static final VarHandle LENGTH = field("length");
    private static final VarHandle ROOM = field("bufLength");

    private DatagramPackets() {}

    private static VarHandle field(String name) {
        try {
            return MethodHandles.privateLookupIn(DatagramPacket.class, MethodHandles.lookup())
                    .findVarHandle(DatagramPacket.class, name, int.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "java.net.DatagramPacket."
                            + name
                            + " cannot be reached. Remedy: start the program with "
                            + "Ringroad's agent, or add --add-opens java.base/java.net=ALL-UNNAMED.",
                    e);
        }
    }

    /** How many bytes the packet's buffer takes, from its offset on. */
    public static int room(DatagramPacket packet) {
        return (int) ROOM.get(packet);
    }

    /** Notes how many bytes were received. */
    public static void received(DatagramPacket packet, int bytes) {
        LENGTH.set(packet, bytes);
    }
}
