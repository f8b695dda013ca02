package dev.ringroad.core.pci;

import dev.ringroad.core.linux.Descriptor;

/** A configuration space that the kernel reads and writes for us. */
public final class FileConfig implements PciConfig {
    private final FileMmio registers;

    /**
     * @param file stays the caller's
     * @param position where the space begins in it
     * @param byteSize how much of it can be read
     */
    public FileConfig(Descriptor file, long position, int byteSize) {
        this.registers = new FileMmio(file, position, byteSize);
    }

    @Override
    public int byteSize() {
        return (int) registers.byteSize();
    }

    @Override
    public byte readByte(int offset) {
        return registers.readByte(offset);
    }

    @Override
    public short readShort(int offset) {
        return registers.readShort(offset);
    }

    @Override
    public int readInt(int offset) {
        return registers.readInt(offset);
    }

    @Override
    public void writeByte(int offset, byte value) {
        registers.writeByte(offset, value);
    }

    @Override
    public void writeShort(int offset, short value) {
        registers.writeShort(offset, value);
    }

    @Override
    public void writeInt(int offset, int value) {
        registers.writeInt(offset, value);
    }
}
