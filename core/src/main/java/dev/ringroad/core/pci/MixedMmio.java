package dev.ringroad.core.pci;

import java.util.Objects;

/**
 * Registers of which a part is mapped, and the rest is reached in a slower way. An access that
 * begins in the mapped part and ends behind it takes the slower way as a whole.
 */
public final class MixedMmio implements Mmio {
    private final Mmio slow;
    private final long[] begins;
    private final Mmio[] mapped;

    /**
     * @param slow all of it
     * @param begins where each mapped part begins
     * @param mapped the parts, as many
     */
    public MixedMmio(Mmio slow, long[] begins, Mmio[] mapped) {
        this.slow = slow;
        this.begins = begins.clone();
        this.mapped = mapped.clone();
    }

    @Override
    public long byteSize() {
        return slow.byteSize();
    }

    private int part(long offset, int bytes) {
        Objects.checkFromIndexSize(offset, bytes, slow.byteSize());
        for (int i = 0; i < begins.length; i++) {
            long within = offset - begins[i];
            if (within >= 0 && within + bytes <= mapped[i].byteSize()) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public byte readByte(long offset) {
        int part = part(offset, Byte.BYTES);
        return part < 0 ? slow.readByte(offset) : mapped[part].readByte(offset - begins[part]);
    }

    @Override
    public short readShort(long offset) {
        int part = part(offset, Short.BYTES);
        return part < 0 ? slow.readShort(offset) : mapped[part].readShort(offset - begins[part]);
    }

    @Override
    public int readInt(long offset) {
        int part = part(offset, Integer.BYTES);
        return part < 0 ? slow.readInt(offset) : mapped[part].readInt(offset - begins[part]);
    }

    @Override
    public long readLong(long offset) {
        int part = part(offset, Long.BYTES);
        return part < 0 ? slow.readLong(offset) : mapped[part].readLong(offset - begins[part]);
    }

    @Override
    public void writeByte(long offset, byte value) {
        int part = part(offset, Byte.BYTES);
        (part < 0 ? slow : mapped[part]).writeByte(within(part, offset), value);
    }

    @Override
    public void writeShort(long offset, short value) {
        int part = part(offset, Short.BYTES);
        (part < 0 ? slow : mapped[part]).writeShort(within(part, offset), value);
    }

    @Override
    public void writeInt(long offset, int value) {
        int part = part(offset, Integer.BYTES);
        (part < 0 ? slow : mapped[part]).writeInt(within(part, offset), value);
    }

    @Override
    public void writeLong(long offset, long value) {
        int part = part(offset, Long.BYTES);
        (part < 0 ? slow : mapped[part]).writeLong(within(part, offset), value);
    }

    private long within(int part, long offset) {
        return part < 0 ? offset : offset - begins[part];
    }
}
