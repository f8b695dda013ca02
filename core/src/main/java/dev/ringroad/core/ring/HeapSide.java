package dev.ringroad.core.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A side whose words are fields of its own. */
final class HeapSide extends HeapSidePads.After {
    private static final VarHandle HEAD;
    private static final VarHandle TAIL;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(HeapSidePads.Head.class, "head", long.class);
            TAIL = lookup.findVarHandle(HeapSidePads.Tail.class, "tail", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private HeapSide other = this;

    HeapSide(RingRole role, int firstPosition) {
        super(role);
        head = headAt(role.mode(), firstPosition);
        tail = tailAt(role.mode(), firstPosition);
    }

    /** Says who is on the other side, once, before anybody uses the ring. */
    void face(HeapSide otherSide) {
        other = otherSide;
    }

    @Override
    long position() {
        return tail;
    }

    @Override
    void positionRelease(long next) {
        TAIL.setRelease(this, next);
    }

    @Override
    long headAcquire() {
        return (long) HEAD.getAcquire(this);
    }

    @Override
    boolean headCompareAndSet(long expected, long next) {
        return HEAD.compareAndSet(this, expected, next);
    }

    @Override
    long tailAcquire() {
        return (long) TAIL.getAcquire(this);
    }

    @Override
    void tailRelease(long next) {
        TAIL.setRelease(this, next);
    }

    @Override
    boolean tailCompareAndSet(long expected, long next) {
        return TAIL.compareAndSet(this, expected, next);
    }

    @Override
    long otherTailAcquire() {
        return (long) TAIL.getAcquire(other);
    }
}
