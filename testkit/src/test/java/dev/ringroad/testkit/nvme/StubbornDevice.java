package dev.ringroad.testkit.nvme;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.memory.DmaSpace;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciConfig;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.nvme.command.ControllerRegister;

import java.io.IOException;
import java.util.List;

/**
 * A drive whose controller, while it is stubborn, says that it has failed and does not hear that it
 * is to be disabled. A reset of its function goes through to the device and ends that.
 */
final class StubbornDevice implements PciDevice {
    private final PciDevice device;
    private volatile boolean stubborn;
    private volatile boolean resets = true;

    StubbornDevice(PciDevice device) {
        this.device = device;
    }

    void stubborn(boolean now) {
        stubborn = now;
    }

    boolean isStubborn() {
        return stubborn;
    }

    /** Whether its function can be reset. */
    void resets(boolean can) {
        resets = can;
    }

    @Override
    public Mmio bar(int index) throws IOException {
        Mmio window = device.bar(index);
        return index == 0 ? new Registers(window) : window;
    }

    @Override
    public void reset() throws IOException {
        if (!resets) {
            throw new IOException("its slot cannot do that");
        }
        device.reset();
        stubborn = false;
    }

    @Override
    public PciAddress address() {
        return device.address();
    }

    @Override
    public PciConfig config() {
        return device.config();
    }

    @Override
    public DmaSpace dma() {
        return device.dma();
    }

    @Override
    public void busMaster(boolean on) throws IOException {
        device.busMaster(on);
    }

    @Override
    public int interruptsMax() {
        return device.interruptsMax();
    }

    @Override
    public List<EventFd> enableInterrupts(int count) throws IOException {
        return device.enableInterrupts(count);
    }

    @Override
    public int numaNode() {
        return device.numaNode();
    }

    @Override
    public void close() throws IOException {
        device.close();
    }

    /** Registers of which two are not what they seem. */
    private final class Registers implements Mmio {
        private final Mmio window;

        private Registers(Mmio window) {
            this.window = window;
        }

        @Override
        public long byteSize() {
            return window.byteSize();
        }

        @Override
        public byte readByte(long offset) {
            return window.readByte(offset);
        }

        @Override
        public short readShort(long offset) {
            return window.readShort(offset);
        }

        @Override
        public int readInt(long offset) {
            int value = window.readInt(offset);
            return stubborn && offset == ControllerRegister.CSTS
                    ? value | ControllerRegister.CSTS_FATAL
                    : value;
        }

        @Override
        public long readLong(long offset) {
            return window.readLong(offset);
        }

        @Override
        public void writeByte(long offset, byte value) {
            window.writeByte(offset, value);
        }

        @Override
        public void writeShort(long offset, short value) {
            window.writeShort(offset, value);
        }

        @Override
        public void writeInt(long offset, int value) {
            boolean disables = (value & ControllerRegister.CC_ENABLE) == 0;
            if (!stubborn || offset != ControllerRegister.CC || !disables) {
                window.writeInt(offset, value);
            }
        }

        @Override
        public void writeLong(long offset, long value) {
            window.writeLong(offset, value);
        }
    }
}
