package dev.ringroad.testkit.qemu;

import dev.ringroad.core.pci.PciCapabilities;
import dev.ringroad.core.pci.PciConfig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * A function's configuration space behind its 4 KiB of the memory-mapped window (PCI Express Base
 * Specification, section 7.2.2).
 */
final class EcamConfig implements PciConfig {
    private static final int CONFIG_BYTES = 4096;
    private static final int COMMAND = 0x04;

    private final TestSocket socket;
    private final long base;

    EcamConfig(TestSocket socket, long base) {
        this.socket = socket;
        this.base = base;
    }

    /** Whether a function answers here. */
    boolean isThere() {
        return readShort(0) != (short) 0xffff;
    }

    /** Sets and clears bits of the command register. */
    void command(int set, int clear) {
        int old = readShort(COMMAND) & 0xffff;
        writeShort(COMMAND, (short) ((old & ~clear) | set));
    }

    /**
     * Where a capability begins (PCI Local Bus Specification 3.0, section 6.7).
     *
     * @return its offset, or 0 when the function has none such
     */
    int capability(int id) {
        return PciCapabilities.of(this).find(id).orElse(0);
    }

    @Override
    public int byteSize() {
        return CONFIG_BYTES;
    }

    @Override
    public byte readByte(int offset) {
        return (byte) read(1, offset);
    }

    @Override
    public short readShort(int offset) {
        return (short) read(2, offset);
    }

    @Override
    public int readInt(int offset) {
        return (int) read(4, offset);
    }

    @Override
    public void writeByte(int offset, byte value) {
        write(1, offset, value);
    }

    @Override
    public void writeShort(int offset, short value) {
        write(2, offset, value);
    }

    @Override
    public void writeInt(int offset, int value) {
        write(4, offset, value);
    }

    private long read(int width, int offset) {
        Objects.checkFromIndexSize(offset, width, CONFIG_BYTES);
        try {
            return socket.read(width, base + offset);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(int width, int offset, int value) {
        Objects.checkFromIndexSize(offset, width, CONFIG_BYTES);
        try {
            socket.write(width, base + offset, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
