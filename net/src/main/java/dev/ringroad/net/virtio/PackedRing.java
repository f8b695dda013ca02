package dev.ringroad.net.virtio;

import java.lang.foreign.MemorySegment;

/**
 * The parts of a packed ring and how both ends use them (virtio 1.2, section 2.8). The size need
 * not be a power of two. Each end has a position and a wrap counter, which begins as 1 and turns
 * over whenever the position comes back to 0.
 *
 * <pre>
 *   descriptors    {@link RingDescriptor} * size          both ends'
 *   driver event   0            2        4
 *                  | off, wrap  | flags  |                the driver's: when to interrupt it
 *   device event   the same                               the device's: when to kick it
 * </pre>
 *
 * <p>A descriptor is available when its flag {@link #AVAILABLE} is equal to the wrap counter of the
 * driver and {@link #USED} is not; it is used when both are equal to that of the device. Whoever
 * moves a descriptor to the other end stores its flags last, with release.
 */
public final class PackedRing {

    /** The largest ring. */
    public static final int SIZE_MAX = 1 << 15;

    /** Descriptor flag, set when the driver's wrap counter is 1. */
    public static final int AVAILABLE = 1 << 7;

    /** Descriptor flag: with the device's wrap counter, used. */
    public static final int USED = 1 << 15;

    /** Both flags, which tell whose a descriptor is. */
    public static final int STATE = AVAILABLE | USED;

    /** Bytes of either event structure, and how it is aligned. */
    public static final int EVENT_BYTES = 4;

    /** Flags of an event structure: always notify. */
    public static final int EVENT_ENABLE = 0;

    /** Flags of an event structure: never notify. */
    public static final int EVENT_DISABLE = 1;

    /** Flags of an event structure: notify at its position. Only with the feature for it. */
    public static final int EVENT_AT_POSITION = 2;

    /** Bit of an event's position that is the wrap counter there. */
    public static final int EVENT_WRAP = 1 << 15;

    private static final int EVENT_FLAGS_AT = 2;

    static {
        if (EVENT_FLAGS_AT + Short.BYTES != EVENT_BYTES) {
            throw new ExceptionInInitializerError("an event structure has 4 bytes");
        }
    }

    private PackedRing() {}

    /** Bytes of the descriptors. */
    public static long descriptorsBytes(int size) {
        return (long) RingDescriptor.BYTES * size;
    }

    /** Whether flags say that the driver has made a descriptor available in this round. */
    public static boolean isAvailable(int flags, boolean wrap) {
        return (flags & STATE) == (wrap ? AVAILABLE : USED);
    }

    /** Whether flags say that the device has used a descriptor in this round. */
    public static boolean isUsed(int flags, boolean wrap) {
        return (flags & STATE) == (wrap ? STATE : 0);
    }

    /** The flags that make a descriptor available. */
    public static int availableFlags(boolean wrap) {
        return wrap ? AVAILABLE : USED;
    }

    /** The flags that make a descriptor used. */
    public static int usedFlags(boolean wrap) {
        return wrap ? STATE : 0;
    }

    /** The flags of an event structure, with all that was written before them: its position. */
    public static int eventFlags(MemorySegment s, long at) {
        return Words.u16Acquire(s, at + EVENT_FLAGS_AT) & 3;
    }

    /** Writes the flags of an event structure. */
    public static void eventFlags(MemorySegment s, long at, int flags) {
        s.set(Words.U16, at + EVENT_FLAGS_AT, (short) flags);
    }

    /** The position of an event structure, as it is now, with {@link #EVENT_WRAP}. */
    public static int eventPosition(MemorySegment s, long at) {
        return Words.u16Opaque(s, at);
    }

    /** Writes the position of an event structure. */
    public static void eventPosition(MemorySegment s, long at, int position, boolean wrap) {
        s.set(Words.U16, at, (short) (wrap ? position | EVENT_WRAP : position));
    }

    /**
     * Whether a position that moved passed the one at which a notification is wanted.
     *
     * @param event the position of an event structure
     * @param to the position now
     * @param wrap the wrap counter now
     * @param moved by how many descriptors it moved, at most the size
     */
    public static boolean passed(int event, int to, boolean wrap, int moved, int size) {
        int position = event & ~EVENT_WRAP;
        boolean sameRound = ((event & EVENT_WRAP) != 0) == wrap;
        int behind = sameRound ? to - position : to - position + size;
        return behind > 0 && behind <= moved;
    }
}
