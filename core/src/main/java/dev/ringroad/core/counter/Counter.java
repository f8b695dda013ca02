package dev.ringroad.core.counter;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * A named number in shared memory.
 *
 * <p>One thread at a time writes it; any thread or process reads it. The store is opaque: it
 * becomes visible soon and never torn, and orders nothing else, so that counting costs a load, an
 * addition and a store without a lock prefix.
 */
public final class Counter {
    private static final VarHandle VALUE = ValueLayout.JAVA_LONG.varHandle();

    private final String name;
    private final MemorySegment values;
    private final long offset;

    Counter(String name, MemorySegment values, long offset) {
        this.name = name;
        this.values = values;
        this.offset = offset;
    }

    /** Its name, unique in its file. */
    public String name() {
        return name;
    }

    /** Adds one. */
    public void increment() {
        add(1);
    }

    /** Adds {@code n}. */
    public void add(long n) {
        MemorySegment in = values;
        long at = offset;
        VALUE.setOpaque(in, at, (long) VALUE.get(in, at) + n);
    }

    /** Replaces the value, for levels such as a queue's length. */
    public void set(long value) {
        VALUE.setOpaque(values, offset, value);
    }

    /** The present value. */
    public long value() {
        return (long) VALUE.getOpaque(values, offset);
    }

    @Override
    public String toString() {
        return name + "=" + value();
    }
}
