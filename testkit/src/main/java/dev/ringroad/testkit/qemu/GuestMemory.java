package dev.ringroad.testkit.qemu;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.memory.DmaSpace;
import dev.ringroad.core.memory.SharedRegion;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A machine's memory as devices reach it: the file's offset is the address. It is given out first
 * fit, above the first MiB, whose addresses a PC uses otherwise.
 */
final class GuestMemory implements DmaSpace {
    private static final long PAGE_BYTES = 4096;
    private static final long FIRST_ADDRESS = 1 << 20;

    private final SharedRegion ram;
    private final TreeMap<Long, Long> used = new TreeMap<>(); // address to bytes

    GuestMemory(SharedRegion ram) {
        this.ram = ram;
    }

    @Override
    public synchronized DmaMemory allocate(String name, long bytes) throws IOException {
        if (bytes <= 0) {
            throw new IllegalArgumentException("Memory has at least one byte, not " + bytes);
        }
        long rounded = Math.addExact(bytes, PAGE_BYTES - 1) & -PAGE_BYTES;
        long address = gap(rounded, name);
        used.put(address, rounded);
        MemorySegment segment = ram.segment().asSlice(address, rounded).fill((byte) 0);
        AtomicBoolean open = new AtomicBoolean(true);
        Runnable release =
                () -> {
                    if (open.getAndSet(false)) {
                        free(address);
                    }
                };
        return DmaMemory.contiguous(segment, address, release);
    }

    private long gap(long bytes, String name) throws IOException {
        long begin = FIRST_ADDRESS;
        for (Map.Entry<Long, Long> block : used.entrySet()) {
            if (block.getKey() - begin >= bytes) {
                return begin;
            }
            begin = block.getKey() + block.getValue();
        }
        if (ram.byteSize() - begin >= bytes) {
            return begin;
        }
        throw new IOException(
                "The machine's memory of "
                        + ram.byteSize()
                        + " bytes has no room for "
                        + bytes
                        + " of \""
                        + name
                        + "\". Remedy: start it with more.");
    }

    @Override
    public DmaMemory map(SharedRegion region) {
        throw new UnsupportedOperationException(
                "A device of QEMU reaches its machine's memory only; allocate what it is to use.");
    }

    /** Bytes that have been allocated and not closed. */
    synchronized long allocatedBytes() {
        return used.values().stream().mapToLong(Long::longValue).sum();
    }

    private synchronized void free(long address) {
        Long ignored = used.remove(address);
    }
}
