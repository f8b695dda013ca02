package dev.ringroad.nvme;

import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.PciConfig;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.nvme.command.ControllerRegister;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.BitSet;

/**
 * A controller's own memory, behind one of its base address registers, where submission queues can
 * be (NVM Express Base Specification 2.0, sections 3.1.3.11, 3.1.3.12, 3.1.3.15 and 8.5).
 *
 * <pre>
 *   CMBLOC   31          12 11      3 2    0      offset in units, register
 *            |     OFST     |   …     | BIR |
 *   CMBSZ    31          12 11     8 7   5 4   3   2    1   0
 *            |      SZ      |  SZU  |     |WDS|RDS|LISTS|CQS|SQS|
 *   CMBMSC   63                        12 11  2  1    0
 *            |        base address        |     |CMSE|CRE|
 * </pre>
 *
 * The controller is told that the memory is where its window is on the bus, which no other memory
 * can be. Places are given and taken under the controller's lock.
 */
final class ControllerMemory {
    private static final int FIRST_BAR = 0x10;
    private static final int BAR_64_BIT = 2 << 1;
    private static final int BAR_TYPE_MASK = 3 << 1;
    private static final long BAR_FLAGS = 0xf;
    private static final int SUBMISSION_QUEUES = 1;
    private static final int UNIT_SHIFT_LEAST = 12;
    private static final int UNIT_MAX = 6;
    private static final int REGISTERS_ENABLED = 1;
    private static final int MEMORY_ENABLED = 1 << 1;
    private static final int PLACE_BYTES = 4096;
    private static final int BAR_LAST = 5;

    private final Mmio window;
    private final long windowAt;
    private final long busAddress;
    private final boolean controlled;
    private final BitSet taken = new BitSet();
    private final int places;

    private ControllerMemory(
            Mmio window, long windowAt, long bytes, long busAddress, boolean controlled) {
        this.window = window;
        this.windowAt = windowAt;
        this.busAddress = busAddress;
        this.controlled = controlled;
        places = (int) Math.min(bytes / PLACE_BYTES, Integer.MAX_VALUE);
    }

    /**
     * Looks for it, while the controller is not enabled.
     *
     * @return null when there is none that submission queues can be in
     * @throws IOException when its window cannot be mapped
     */
    static @Nullable ControllerMemory find(PciDevice device, Mmio registers, long cap)
            throws IOException {
        boolean controlled = ControllerRegister.controllerMemoryBuffer(cap);
        if (controlled) {
            // Until then location and size read as zero.
            registers.writeLong(ControllerRegister.CMBMSC, REGISTERS_ENABLED);
        }
        int size = registers.readInt(ControllerRegister.CMBSZ);
        int unit = size >>> 8 & 0xf;
        if ((size & SUBMISSION_QUEUES) == 0 || size == -1 || unit > UNIT_MAX) {
            return null;
        }
        int location = registers.readInt(ControllerRegister.CMBLOC);
        int bar = location & 7;
        if (bar > BAR_LAST) {
            return null;
        }
        long unitBytes = 1L << (UNIT_SHIFT_LEAST + 4 * unit);
        long offset = (location >>> 12) * unitBytes;
        Mmio window = device.bar(bar);
        // The size is the controller's word; what is mapped is what there is.
        long bytes = Math.min((size >>> 12) * unitBytes, window.byteSize() - offset);
        long busAddress = busAddress(device.config(), bar) + offset;
        if (bytes < PLACE_BYTES || busAddress % PLACE_BYTES != 0) {
            return null;
        }
        return new ControllerMemory(window, offset, bytes, busAddress, controlled);
    }

    private static long busAddress(PciConfig config, int bar) {
        int at = FIRST_BAR + bar * Integer.BYTES;
        int low = config.readInt(at);
        long high = (low & BAR_TYPE_MASK) == BAR_64_BIT ? config.readInt(at + Integer.BYTES) : 0;
        return high << 32 | (low & ~BAR_FLAGS & 0xffff_ffffL);
    }

    /** Has the controller know its memory under its address; before it is enabled. */
    void enable(Mmio registers) {
        if (controlled) {
            registers.writeLong(
                    ControllerRegister.CMBMSC, busAddress | MEMORY_ENABLED | REGISTERS_ENABLED);
        }
    }

    Mmio window() {
        return window;
    }

    /**
     * Takes a place.
     *
     * @param alignment of its address on the bus
     * @return where it begins in {@link #window}, or -1 when none is free
     */
    long allocate(long bytes, int alignment) {
        int count = placesOf(bytes);
        for (int first = taken.nextClearBit(0); first + count <= places; ) {
            int next = taken.nextSetBit(first);
            boolean aligned = (busAddress + (long) first * PLACE_BYTES) % alignment == 0;
            if (aligned && (next < 0 || next >= first + count)) {
                taken.set(first, first + count);
                return windowAt + (long) first * PLACE_BYTES;
            }
            first = aligned ? taken.nextClearBit(next) : taken.nextClearBit(first + 1);
        }
        return -1;
    }

    void free(long at, long bytes) {
        int first = (int) ((at - windowAt) / PLACE_BYTES);
        taken.clear(first, first + placesOf(bytes));
    }

    private static int placesOf(long bytes) {
        return (int) ((bytes + PLACE_BYTES - 1) / PLACE_BYTES);
    }

    long deviceAddress(long at) {
        return busAddress + (at - windowAt);
    }
}
