package dev.ringroad.core.pci;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ringroad.core.linux.Descriptor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Registers that the kernel reads and writes for us: port addresses, and memory that may not be
 * mapped. Each access is a system call of the register's width, except for those of eight bytes,
 * which many kernels split.
 *
 * <p>Where the kernel refuses, the function has gone or is asleep: all ones are read, and writes
 * are lost, as on the bus.
 */
public final class FileMmio implements Mmio {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Descriptor file;
    private final long position;
    private final long byteSize;

    /**
     * @param file stays the caller's
     * @param position where the registers begin in it
     * @param byteSize of the window
     */
    public FileMmio(Descriptor file, long position, long byteSize) {
        this.file = file;
        this.position = position;
        this.byteSize = byteSize;
    }

    @Override
    public long byteSize() {
        return byteSize;
    }

    @Override
    public byte readByte(long offset) {
        try (Arena arena = Arena.ofConfined()) {
            return read(arena, offset, Byte.BYTES).get(JAVA_BYTE, 0);
        }
    }

    @Override
    public short readShort(long offset) {
        try (Arena arena = Arena.ofConfined()) {
            return read(arena, offset, Short.BYTES).get(SHORT, 0);
        }
    }

    @Override
    public int readInt(long offset) {
        try (Arena arena = Arena.ofConfined()) {
            return read(arena, offset, Integer.BYTES).get(INT, 0);
        }
    }

    @Override
    public long readLong(long offset) {
        try (Arena arena = Arena.ofConfined()) {
            return read(arena, offset, Long.BYTES).get(LONG, 0);
        }
    }

    private MemorySegment read(Arena arena, long offset, int bytes) {
        check(offset, bytes);
        MemorySegment value = arena.allocate(bytes, Long.BYTES);
        if (file.readAt(position + offset, value, bytes) != bytes) {
            value.fill((byte) -1);
        }
        return value;
    }

    @Override
    public void writeByte(long offset, byte value) {
        try (Arena arena = Arena.ofConfined()) {
            write(offset, arena.allocateFrom(JAVA_BYTE, value));
        }
    }

    @Override
    public void writeShort(long offset, short value) {
        try (Arena arena = Arena.ofConfined()) {
            write(offset, arena.allocateFrom(SHORT, value));
        }
    }

    @Override
    public void writeInt(long offset, int value) {
        try (Arena arena = Arena.ofConfined()) {
            write(offset, arena.allocateFrom(INT, value));
        }
    }

    @Override
    public void writeLong(long offset, long value) {
        try (Arena arena = Arena.ofConfined()) {
            write(offset, arena.allocateFrom(LONG, value));
        }
    }

    private void write(long offset, MemorySegment value) {
        check(offset, (int) value.byteSize());
        int ignored = file.writeAt(position + offset, value, value.byteSize());
    }

    private void check(long offset, int bytes) {
        Objects.checkFromIndexSize(offset, bytes, byteSize);
        if (offset % bytes != 0) {
            throw new IllegalArgumentException(
                    "A register of " + bytes + " bytes does not lie at " + offset);
        }
        if (!file.isOpen()) {
            throw new IllegalStateException("The function has been closed.");
        }
    }
}
