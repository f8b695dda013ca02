package dev.ringroad.core.pci;

/**
 * A function's configuration space: 256 bytes, or 4096 with PCI Express. Little-endian; an offset
 * behind {@link #byteSize} throws {@link IndexOutOfBoundsException}; a function that has gone
 * answers all ones. Not for the hot path. Any thread may use it.
 */
public interface PciConfig {
    /** How much of it can be read here. */
    int byteSize();

    byte readByte(int offset);

    short readShort(int offset);

    int readInt(int offset);

    void writeByte(int offset, byte value);

    void writeShort(int offset, short value);

    void writeInt(int offset, int value);
}
