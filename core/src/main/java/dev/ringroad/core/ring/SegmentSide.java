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

    SegmentSide(
            SyncMode mode,
            int capacity,
            int lead,
            MemorySegment memory,
            long headAt,
            long tailAt,
            long otherTailAt) {
        super(mode, capacity, lead, (long) WORD.getAcquire(memory, tailAt));
        this.memory = memory;
        this.headAt = headAt;
        this.tailAt = tailAt;
        this.otherTailAt = otherTailAt;
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
