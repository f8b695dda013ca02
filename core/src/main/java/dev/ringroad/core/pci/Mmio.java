package dev.ringroad.core.pci;

/**
 * A device's registers: one base address register's window.
 *
 * <p>Every access is volatile: it happens once, with its width, in program order with the other
 * accesses to the window, and after the stores to memory before it, so that a doorbell shows the
 * device what was written for it. Writes are <em>posted</em>: they return before the device has
 * them. A read of the same device waits for the writes before it (PCI Express Base Specification,
 * section 2.4), so whoever has to know that a write has arrived reads a register behind it.
 *
 * <p>Registers are little-endian. A device that has gone answers all ones. Accesses are checked: an
 * offset outside the window, or one that is not a multiple of the width, throws {@link
 * IndexOutOfBoundsException} or {@link IllegalArgumentException}. Any thread may use it; which
 * registers may be used at the same time is the device's word.
 */
public interface Mmio {
    /** Bytes of the window. */
    long byteSize();

    byte readByte(long offset);

    short readShort(long offset);

    int readInt(long offset);

    long readLong(long offset);

    void writeByte(long offset, byte value);

    void writeShort(long offset, short value);

    void writeInt(long offset, int value);

    void writeLong(long offset, long value);
}
