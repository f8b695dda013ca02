package dev.ringroad.core.pci;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Registers that are mapped into this process.
 *
 * <p>A write is a release store, and a read an acquire load, of the register's width. On x86 that
 * is one plain instruction each, ordered as {@link Mmio} says, as registers are mapped uncached; a
 * volatile store would add a full fence, which a doorbell does not need.
 */
public final class MappedMmio implements Mmio {
    private static final ValueLayout.OfShort SHORT = JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle BYTES = JAVA_BYTE.varHandle();
    private static final VarHandle SHORTS = SHORT.varHandle();
    private static final VarHandle INTS = INT.varHandle();
    private static final VarHandle LONGS = LONG.varHandle();

    private final MemorySegment window;

    /**
     * @param window the mapped registers; whoever mapped them unmaps them, after which every access
     *     throws {@link IllegalStateException}
     */
    public MappedMmio(MemorySegment window) {
        this.window = window;
    }

    @Override
    public long byteSize() {
        return window.byteSize();
    }

    @Override
    public byte readByte(long offset) {
        return (byte) BYTES.getAcquire(window, offset);
    }

    @Override
    public short readShort(long offset) {
        return (short) SHORTS.getAcquire(window, offset);
    }

    @Override
    public int readInt(long offset) {
        return (int) INTS.getAcquire(window, offset);
    }

    @Override
    public long readLong(long offset) {
        return (long) LONGS.getAcquire(window, offset);
    }

    @Override
    public void writeByte(long offset, byte value) {
        BYTES.setRelease(window, offset, value);
    }

    @Override
    public void writeShort(long offset, short value) {
        SHORTS.setRelease(window, offset, value);
    }

    @Override
    public void writeInt(long offset, int value) {
        INTS.setRelease(window, offset, value);
    }

    @Override
    public void writeLong(long offset, long value) {
        LONGS.setRelease(window, offset, value);
    }
}
