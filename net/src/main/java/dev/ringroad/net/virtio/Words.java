package dev.ringroad.net.virtio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Words in memory that two processes share.
 *
 * <p>A release store is made of a fence and a plain store: the interpreter of JDK 25 ends the
 * process when a store with a memory mode meets memory that a peer has taken away, where a plain
 * one only throws. Compiled, the two are the same instruction.
 */
final class Words {

    static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT;
    static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG;
    static final ValueLayout.OfLong U64_UNALIGNED = ValueLayout.JAVA_LONG_UNALIGNED;

    private static final VarHandle U16_HANDLE = U16.varHandle().withInvokeExactBehavior();
    private static final VarHandle U64_HANDLE = U64.varHandle().withInvokeExactBehavior();

    private Words() {}

    static int u16(MemorySegment s, long at) {
        return s.get(U16, at) & 0xFFFF;
    }

    static int u16Acquire(MemorySegment s, long at) {
        return (short) U16_HANDLE.getAcquire(s, at) & 0xFFFF;
    }

    /** Read anew at each call, in no order with other memory. */
    static int u16Opaque(MemorySegment s, long at) {
        return (short) U16_HANDLE.getOpaque(s, at) & 0xFFFF;
    }

    static long u64Acquire(MemorySegment s, long at) {
        return (long) U64_HANDLE.getAcquire(s, at);
    }

    static void u16Release(MemorySegment s, long at, int value) {
        VarHandle.releaseFence();
        s.set(U16, at, (short) value);
    }

    static void u64Release(MemorySegment s, long at, long value) {
        VarHandle.releaseFence();
        s.set(U64, at, value);
    }
}
