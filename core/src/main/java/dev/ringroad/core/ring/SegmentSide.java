package dev.ringroad.core.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** A side whose words lie in a memory segment, where other processes may write them, too. */
final class SegmentSide extends RingSide {
    private static final VarHandle WORD =
            ValueLayout.JAVA_LONG.varHandle().withInvokeExactBehavior();

    private final MemorySegment memory;
    private final long headAt;
    private final long tailAt;
    private final long otherTailAt;

    /**
     * How far a SINGLE side has published. It never looks at its own tail, which saves an access
     * and leaves nothing for a hostile peer to change.
     */
    private long position;

    SegmentSide(RingRole role, MemorySegment memory, long headAt, long tailAt, long otherTailAt) {
        super(role);
        this.memory = memory;
        this.headAt = headAt;
        this.tailAt = tailAt;
        this.otherTailAt = otherTailAt;
        // The low half is all that the other side looks at; the rest might be anything.
        this.position = Integer.toUnsignedLong((int) (long) WORD.getAcquire(memory, tailAt));
    }

    @Override
    long position() {
        return position;
    }

    @Override
    void positionRelease(long next) {
        position = next;
        WORD.setRelease(memory, tailAt, next);
    }

    @Override
    long headAcquire() {
        return (long) WORD.getAcquire(memory, headAt);
    }

    @Override
    boolean headCompareAndSet(long expected, long next) {
        return WORD.compareAndSet(memory, headAt, expected, next);
    }

    @Override
    long tailAcquire() {
        return (long) WORD.getAcquire(memory, tailAt);
    }

    @Override
    void tailRelease(long next) {
        WORD.setRelease(memory, tailAt, next);
    }

    @Override
    boolean tailCompareAndSet(long expected, long next) {
        return WORD.compareAndSet(memory, tailAt, expected, next);
    }

    @Override
    long otherTailAcquire() {
        return (long) WORD.getAcquire(memory, otherTailAt);
    }
}
