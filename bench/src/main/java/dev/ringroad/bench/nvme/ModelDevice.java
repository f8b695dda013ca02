package dev.ringroad.bench.nvme;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.memory.DmaSpace;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.core.pci.MappedMmio;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciConfig;
import dev.ringroad.core.pci.PciDevice;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A PCI function that is nothing but shared memory: registers, and memory that both the driver and
 * a controller model reach. A device address is an offset in that memory, and a base that keeps 0
 * from being one.
 *
 * <p>Memory is never used twice, so that a model may be behind its driver. Any thread may use it.
 */
public final class ModelDevice implements PciDevice, DmaSpace {
    /** What device addresses begin with. */
    public static final long BASE = 1L << 32;

    private static final int PAGE = 4096;

    private final SharedRegion registers;
    private final SharedRegion memory;
    private final Mmio mmio;
    private final List<EventFd> interrupts = new ArrayList<>();
    private final ModelConfig config = new ModelConfig();
    private long allocated;
    private boolean busMaster;
    private boolean closed;

    /**
     * @param registerBytes of the only window
     * @param memoryBytes of all that can be allocated
     */
    public ModelDevice(long registerBytes, long memoryBytes) throws IOException {
        registers = SharedRegion.allocate("model registers", registerBytes, Placement.ordinary());
        try {
            memory = SharedRegion.allocate("model memory", memoryBytes, Placement.preferHuge());
        } catch (Throwable t) {
            registers.close();
            throw t;
        }
        mmio = new MappedMmio(registers.segment());
    }

    /** The registers, for the model. */
    public MemorySegment registers() {
        return registers.segment();
    }

    /** The memory, for the model: what the driver calls {@link #BASE} is its first byte. */
    public MemorySegment memory() {
        return memory.segment();
    }

    @Override
    public PciAddress address() {
        return new PciAddress(0, 0, 31, 7);
    }

    @Override
    public PciConfig config() {
        return config;
    }

    @Override
    public Mmio bar(int index) throws IOException {
        if (index != 0) {
            throw new IOException("The model has one window, and " + index + " is not it");
        }
        return mmio;
    }

    @Override
    public DmaSpace dma() {
        return this;
    }

    @Override
    public synchronized DmaMemory allocate(String name, long bytes) throws IOException {
        long rounded = bytes + PAGE - 1 & -PAGE;
        if (allocated + rounded > memory.segment().byteSize()) {
            throw new IOException("The model has no " + rounded + " bytes left for " + name);
        }
        MemorySegment piece = memory.segment().asSlice(allocated, rounded);
        long address = BASE + allocated;
        allocated += rounded;
        return DmaMemory.contiguous(piece, address, () -> {});
    }

    @Override
    public DmaMemory map(SharedRegion region) {
        throw new UnsupportedOperationException("A model reaches its own memory only");
    }

    @Override
    public synchronized void busMaster(boolean on) {
        busMaster = on;
    }

    /** Whether the model may touch memory. */
    public synchronized boolean isBusMaster() {
        return busMaster;
    }

    @Override
    public int interruptsMax() {
        return 64;
    }

    @Override
    public List<EventFd> enableInterrupts(int count) throws IOException {
        closeInterrupts();
        for (int i = 0; i < count; i++) {
            interrupts.add(EventFd.create());
        }
        return List.copyOf(interrupts);
    }

    /** Raises an interrupt, for the model. */
    public void interrupt(int vector) {
        interrupts.get(vector).signal();
    }

    private void closeInterrupts() {
        interrupts.forEach(EventFd::close);
        interrupts.clear();
    }

    @Override
    public void reset() throws IOException {
        throw new IOException("The model knows no reset of its function");
    }

    @Override
    public int numaNode() {
        return -1;
    }

    /** Whether the driver has given it back; its memory stays until {@link #free}. */
    public synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public synchronized void close() {
        closed = true;
        busMaster = false;
        closeInterrupts();
    }

    /** Frees the memory; neither driver nor model uses it any more. */
    public void free() {
        registers.close();
        memory.close();
    }

    /** Answers zero everywhere. */
    private static final class ModelConfig implements PciConfig {
        private static final int BYTES = 256;

        @Override
        public int byteSize() {
            return BYTES;
        }

        @Override
        public byte readByte(int offset) {
            return 0;
        }

        @Override
        public short readShort(int offset) {
            return 0;
        }

        @Override
        public int readInt(int offset) {
            return 0;
        }

        @Override
        public void writeByte(int offset, byte value) {}

        @Override
        public void writeShort(int offset, short value) {}

        @Override
        public void writeInt(int offset, int value) {}
    }
}
