package dev.ringroad.testkit.qemu;

import dev.ringroad.core.pci.Mmio;

import java.util.function.BooleanSupplier;

/** Registers over the test socket: writes are posted there too, and a read finds them done. */
final class SocketMmio implements Mmio {
    private final SocketWindow window;
    private final BooleanSupplier there;
    private volatile boolean closed;

    /**
     * @param there whether the function still answers
     */
    SocketMmio(SocketWindow window, BooleanSupplier there) {
        this.window = window;
        this.there = there;
    }

    void close() {
        closed = true;
    }

    @Override
    public long byteSize() {
        return window.bytes();
    }

    @Override
    public byte readByte(long offset) {
        return (byte) read(1, offset);
    }

    @Override
    public short readShort(long offset) {
        return (short) read(2, offset);
    }

    @Override
    public int readInt(long offset) {
        return (int) read(4, offset);
    }

    @Override
    public long readLong(long offset) {
        return read(8, offset);
    }

    @Override
    public void writeByte(long offset, byte value) {
        write(1, offset, value);
    }

    @Override
    public void writeShort(long offset, short value) {
        write(2, offset, value);
    }

    @Override
    public void writeInt(long offset, int value) {
        write(4, offset, value);
    }

    @Override
    public void writeLong(long offset, long value) {
        write(8, offset, value);
    }

    private long read(int width, long offset) {
        check(width, offset);
        long value = window.read(width, offset);
        // QEMU answers 0 where nothing is, a PCI bus all ones.
        return value != 0 || there.getAsBoolean() ? value : -1;
    }

    private void write(int width, long offset, long value) {
        check(width, offset);
        window.post(width, offset, value);
    }

    private void check(int width, long offset) {
        if (closed) {
            throw new IllegalStateException("The device is closed, and its registers with it");
        }
        long ignored = window.address(width, offset);
        if ((offset & width - 1) != 0) {
            throw new IllegalArgumentException(
                    "No register of " + width + " bytes is at offset " + offset);
        }
    }
}
