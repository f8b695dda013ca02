package dev.ringroad.core.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A side whose words are fields. */
final class HeapSide extends RingSide {
    private static final VarHandle HEAD;
    private static final VarHandle TAIL;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(HeapWordsPads.Head.class, "head", long.class);
            TAIL = lookup.findVarHandle(HeapWordsPads.Tail.class, "tail", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final HeapWords own;
    private final HeapWords other;

    HeapSide(SyncMode mode, int capacity, int lead, HeapWords own, HeapWords other) {
        super(mode, capacity, lead, own.tail);
        this.own = own;
        this.other = other;
    }

    @Override
    long headAcquire() {
        return (long) HEAD.getAcquire(own);
    }

    @Override
    boolean headCompareAndSet(long expected, long next) {
        return HEAD.compareAndSet(own, expected, next);
    }

    @Override
    long tailAcquire() {
        return (long) TAIL.getAcquire(own);
    }

    @Override
    void tailRelease(long next) {
        TAIL.setRelease(own, next);
    }

    @Override
    boolean tailCompareAndSet(long expected, long next) {
        return TAIL.compareAndSet(own, expected, next);
    }

    @Override
    long otherTailAcquire() {
        return (long) TAIL.getAcquire(other);
    }
}
