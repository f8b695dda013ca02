package dev.ringroad.testkit.nvme;

import dev.ringroad.bench.nvme.InstantController;
import dev.ringroad.bench.nvme.ModelDevice;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.memory.DmaSpace;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciConfig;
import dev.ringroad.core.pci.PciDevice;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A model's device whose model runs whenever a register is written or read, on the driver's own
 * thread: the same every time. It can go away, after which all registers answer all ones, and be
 * recalled.
 */
final class SteppedDevice implements PciDevice {
    private static final long MEMORY_BYTES = 8 << 20;

    private final ModelDevice device;
    private final EventFd recall = EventFd.create();
    private @Nullable InstantController model;
    private @Nullable Runnable functionReset;
    private boolean gone;

    SteppedDevice() throws IOException {
        device = new ModelDevice(InstantController.registerBytes(), MEMORY_BYTES);
    }

    ModelDevice device() {
        return device;
    }

    void model(InstantController newModel) {
        model = newModel;
    }

    /** What a reset of the function does; without that, the function knows none. */
    void functionReset(Runnable reset) {
        functionReset = reset;
    }

    void goAway() {
        gone = true;
    }

    @Override
    public Optional<EventFd> recall() {
        return Optional.of(recall);
    }

    private void step() {
        if (model != null && !gone) {
            int ignored = model.step();
        }
    }

    @Override
    public Mmio bar(int index) throws IOException {
        return new SteppedMmio(device.bar(index));
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
        return device;
    }

    @Override
    public void busMaster(boolean on) {
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
    public void reset() throws IOException {
        Runnable reset = functionReset;
        if (reset == null) {
            device.reset(); // says that there is none
        } else {
            reset.run();
        }
    }

    @Override
    public int numaNode() {
        return -1;
    }

    @Override
    public void close() {
        recall.close();
        device.close();
    }

    /** Runs the model at each access. */
    private final class SteppedMmio implements Mmio {
        private final Mmio registers;

        private SteppedMmio(Mmio registers) {
            this.registers = registers;
        }

        @Override
        public long byteSize() {
            return registers.byteSize();
        }

        @Override
        public byte readByte(long offset) {
            step();
            return gone ? -1 : registers.readByte(offset);
        }

        @Override
        public short readShort(long offset) {
            step();
            return gone ? -1 : registers.readShort(offset);
        }

        @Override
        public int readInt(long offset) {
            step();
            return gone ? -1 : registers.readInt(offset);
        }

        @Override
        public long readLong(long offset) {
            step();
            return gone ? -1 : registers.readLong(offset);
        }

        @Override
        public void writeByte(long offset, byte value) {
            registers.writeByte(offset, value);
            step();
        }

        @Override
        public void writeShort(long offset, short value) {
            registers.writeShort(offset, value);
            step();
        }

        @Override
        public void writeInt(long offset, int value) {
            registers.writeInt(offset, value);
            step();
        }

        @Override
        public void writeLong(long offset, long value) {
            registers.writeLong(offset, value);
            step();
        }
    }
}
