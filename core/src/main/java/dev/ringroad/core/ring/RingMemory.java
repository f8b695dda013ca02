package dev.ringroad.core.ring;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The layout of a {@link LongRing} in memory, in the machine's byte order.
 *
 * <pre>
 *     0                    8            12           16
 *     | magic              | layout     | capacity   |
 *     16                   20           24           28
 *     | producers' mode    | consumers' | watermark  | unused to 128
 *   128 | producers' head 8   | unused to 256 |
 *   256 | producers' tail 8   | unused to 384 |
 *   384 | consumers' head 8   | unused to 512 |
 *   512 | consumers' tail 8   | unused to 640 |
 *   640 | slot 0, 8 bytes | slot 1 | ... as many as the power of two that holds the capacity
 * </pre>
 *
 * <p>The magic is stored last, with release, and loaded first, with acquire: whoever sees it sees
 * all of the header. Each word that moves has two cache lines of its own.
 */
final class RingMemory {
    /** "RingRoad" in ASCII. */
    static final long MAGIC = 0x5269_6E67_526F_6164L;

    static final int LAYOUT = 1;

    static final long MAGIC_AT = 0;
    static final long LAYOUT_AT = 8;
    static final long CAPACITY_AT = 12;
    static final long PRODUCERS_MODE_AT = 16;
    static final long CONSUMERS_MODE_AT = 20;
    static final long WATERMARK_AT = 24;
    static final long PRODUCERS_HEAD_AT = 128;
    static final long PRODUCERS_TAIL_AT = 256;
    static final long CONSUMERS_HEAD_AT = 384;
    static final long CONSUMERS_TAIL_AT = 512;
    static final long ELEMENTS_AT = 640;

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG;
    private static final VarHandle WORD = U64.varHandle().withInvokeExactBehavior();

    private RingMemory() {}

    static long byteSize(RingShape shape) {
        return ELEMENTS_AT + (long) shape.slots() * Long.BYTES;
    }

    static MemorySegment elements(MemorySegment memory, RingShape shape) {
        return memory.asSlice(ELEMENTS_AT, (long) shape.slots() * Long.BYTES);
    }

    static SegmentSide producers(MemorySegment memory, RingShape shape) {
        return new SegmentSide(
                RingRole.producers(shape),
                memory,
                PRODUCERS_HEAD_AT,
                PRODUCERS_TAIL_AT,
                CONSUMERS_TAIL_AT);
    }

    static SegmentSide consumers(MemorySegment memory, RingShape shape) {
        return new SegmentSide(
                RingRole.consumers(shape),
                memory,
                CONSUMERS_HEAD_AT,
                CONSUMERS_TAIL_AT,
                PRODUCERS_TAIL_AT);
    }

    static void initialise(MemorySegment memory, RingShape shape, int firstPosition) {
        requireUsable(memory, shape);
        memory.asSlice(0, byteSize(shape)).fill((byte) 0);
        memory.set(U32, LAYOUT_AT, LAYOUT);
        memory.set(U32, CAPACITY_AT, shape.capacity());
        memory.set(U32, PRODUCERS_MODE_AT, shape.producers().code());
        memory.set(U32, CONSUMERS_MODE_AT, shape.consumers().code());
        memory.set(U32, WATERMARK_AT, shape.watermark());
        memory.set(U64, PRODUCERS_HEAD_AT, RingSide.headAt(shape.producers(), firstPosition));
        memory.set(U64, PRODUCERS_TAIL_AT, RingSide.tailAt(shape.producers(), firstPosition));
        memory.set(U64, CONSUMERS_HEAD_AT, RingSide.headAt(shape.consumers(), firstPosition));
        memory.set(U64, CONSUMERS_TAIL_AT, RingSide.tailAt(shape.consumers(), firstPosition));
        WORD.setRelease(memory, MAGIC_AT, MAGIC);
    }

    private static void requireUsable(MemorySegment memory, RingShape shape) {
        if (!memory.isNative() || memory.address() % Long.BYTES != 0) {
            throw new IllegalArgumentException(
                    "A ring needs native memory that begins at a multiple of 8 bytes");
        }
        if (memory.byteSize() < byteSize(shape)) {
            throw new IllegalArgumentException(
                    "A ring of this shape takes "
                            + byteSize(shape)
                            + " bytes, and the memory has "
                            + memory.byteSize());
        }
    }

    /** The shape of the ring that lies here; each number is read once. */
    static RingShape validate(MemorySegment memory) throws IOException {
        if (memory.isReadOnly()) {
            throw refused("is mapped for reading only");
        }
        if (memory.address() % Long.BYTES != 0) {
            throw refused("does not begin at a multiple of 8 bytes");
        }
        if (memory.byteSize() < ELEMENTS_AT) {
            throw refused("has less than the " + ELEMENTS_AT + " bytes of a ring's header");
        }
        if ((long) WORD.getAcquire(memory, MAGIC_AT) != MAGIC) {
            throw refused("has no ring's mark; is its maker ready?");
        }
        int layout = memory.get(U32, LAYOUT_AT);
        if (layout != LAYOUT) {
            throw refused("has layout " + layout + " where " + LAYOUT + " is understood");
        }
        RingShape shape = shapeIn(memory);
        if (memory.byteSize() < byteSize(shape)) {
            throw refused(
                    "has "
                            + memory.byteSize()
                            + " bytes, but its ring would take "
                            + byteSize(shape));
        }
        requirePositions(memory, shape);
        return shape;
    }

    private static RingShape shapeIn(MemorySegment memory) throws IOException {
        try {
            return new RingShape(
                    memory.get(U32, CAPACITY_AT),
                    SyncMode.ofCode(memory.get(U32, PRODUCERS_MODE_AT)),
                    SyncMode.ofCode(memory.get(U32, CONSUMERS_MODE_AT)),
                    memory.get(U32, WATERMARK_AT));
        } catch (IllegalArgumentException e) {
            throw new IOException(sentence("describes no ring: " + e.getMessage()), e);
        }
    }

    /** Consumers first: these can only get closer to producers that are read later. */
    private static void requirePositions(MemorySegment memory, RingShape shape) throws IOException {
        int taken = (int) (long) WORD.getAcquire(memory, CONSUMERS_TAIL_AT);
        int offered = (int) (long) WORD.getAcquire(memory, PRODUCERS_TAIL_AT);
        int takenAfter = (int) (long) WORD.getAcquire(memory, CONSUMERS_TAIL_AT);
        // While both sides are at work, what was offered by now may be a lap ahead of what had been
        // taken before; but it is never behind it.
        int used = offered - taken;
        if (used < 0 || (taken == takenAfter && used > shape.capacity())) {
            throw refused(
                    "holds indices that contradict each other: "
                            + Integer.toUnsignedString(offered)
                            + " offered, "
                            + Integer.toUnsignedString(taken)
                            + " taken, and room for "
                            + shape.capacity());
        }
    }

    private static IOException refused(String why) {
        return new IOException(sentence(why));
    }

    private static String sentence(String why) {
        return "The memory cannot be opened as a ring: it " + why;
    }
}
