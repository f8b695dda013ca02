package dev.ringroad.testkit.qemu;

import dev.ringroad.core.pci.PciConfig;

/**
 * A function's configuration space behind its 4 KiB of the memory-mapped window (PCI Express Base
 * Specification, section 7.2.2).
 */
final class EcamConfig implements PciConfig {
    private static final int CONFIG_BYTES = 4096;

    private final SocketWindow window;

    EcamConfig(TestSocket socket, long base) {
        window = new SocketWindow(socket, base, CONFIG_BYTES);
    }

    @Override
    public int byteSize() {
        return CONFIG_BYTES;
    }

    @Override
    public byte readByte(int offset) {
        return (byte) window.read(1, offset);
    }

    @Override
    public short readShort(int offset) {
        return (short) window.read(2, offset);
    }

    @Override
    public int readInt(int offset) {
        return (int) window.read(4, offset);
    }

    @Override
    public void writeByte(int offset, byte value) {
        window.write(1, offset, value);
    }

    @Override
    public void writeShort(int offset, short value) {
        window.write(2, offset, value);
    }

    @Override
    public void writeInt(int offset, int value) {
        window.write(4, offset, value);
    }
}
