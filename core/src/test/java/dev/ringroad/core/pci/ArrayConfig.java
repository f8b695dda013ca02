package dev.ringroad.core.pci;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/** A configuration space of bytes, of which some words can be given bits that cannot be written. */
final class ArrayConfig implements PciConfig {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private final Map<Integer, Integer> writable = new HashMap<>();
    private final Map<Integer, IntConsumer> effects = new HashMap<>();

    ArrayConfig(byte[] bytes) {
        this.bytes = MemorySegment.ofArray(bytes);
    }

    ArrayConfig(int byteSize) {
        this(new byte[byteSize]);
    }

    /** An endpoint that has a list of capabilities. */
    static ArrayConfig endpoint(int byteSize) {
        ArrayConfig config = new ArrayConfig(byteSize);
        config.writeInt(PciHeader.VENDOR, 0x0010_1b36);
        config.writeShort(PciHeader.STATUS, (short) PciHeader.STATUS_CAPABILITIES);
        return config;
    }

    /** A word of which only these bits change when it is written. */
    ArrayConfig writable(int offset, int bits) {
        writable.put(offset, bits);
        return this;
    }

    /** What happens when 16 bits are written there. */
    void onShort(int offset, IntConsumer effect) {
        effects.put(offset, effect);
    }

    /** A standard capability. */
    ArrayConfig capability(int offset, int id, int next) {
        writeByte(offset, (byte) id);
        writeByte(offset + 1, (byte) next);
        return this;
    }

    @Override
    public int byteSize() {
        return (int) bytes.byteSize();
    }

    @Override
    public byte readByte(int offset) {
        return bytes.get(ValueLayout.JAVA_BYTE, offset);
    }

    @Override
    public short readShort(int offset) {
        return bytes.get(SHORT, offset);
    }

    @Override
    public int readInt(int offset) {
        return bytes.get(INT, offset);
    }

    @Override
    public void writeByte(int offset, byte value) {
        bytes.set(ValueLayout.JAVA_BYTE, offset, value);
    }

    @Override
    public void writeShort(int offset, short value) {
        bytes.set(SHORT, offset, value);
        effects.getOrDefault(offset, _ -> {}).accept(value);
    }

    @Override
    public void writeInt(int offset, int value) {
        int bits = writable.getOrDefault(offset, -1);
        bytes.set(INT, offset, (readInt(offset) & ~bits) | (value & bits));
    }
}
