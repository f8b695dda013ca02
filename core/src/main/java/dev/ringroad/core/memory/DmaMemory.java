package dev.ringroad.core.memory;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Memory that a device reaches: a segment for us, and addresses for the device.
 *
 * <p>The addresses are contiguous throughout when an IOMMU is in between, and within each page when
 * there is none. Memory lent to a device must not be closed before the device has let go of it:
 * whoever closes it has quiesced the device. Any thread may use it.
 */
public final class DmaMemory implements AutoCloseable {
    private final MemorySegment segment;
    private final long[] addresses;
    private final int pageShift;
    private final long pageMask;
    private final Runnable release;

    private DmaMemory(MemorySegment segment, long[] addresses, int pageShift, Runnable release) {
        this.segment = segment;
        this.addresses = addresses;
        this.pageShift = pageShift;
        this.pageMask = (1L << pageShift) - 1;
        this.release = release;
    }

    /**
     * Memory at consecutive addresses.
     *
     * @param deviceAddress where the device finds the first byte
     * @param release what {@link #close} does; called once or more, so a second call must do
     *     nothing
     */
    public static DmaMemory contiguous(
            MemorySegment segment, long deviceAddress, Runnable release) {
        return new DmaMemory(segment, new long[] {deviceAddress}, Long.SIZE - 2, release);
    }

    /**
     * Memory in pages of which each has an address of its own.
     *
     * @param segment begins with a page
     * @param addresses where the device finds each page, copied
     * @param pageBytes a power of two
     * @param release as above
     */
    public static DmaMemory paged(
            MemorySegment segment, long[] addresses, long pageBytes, Runnable release) {
        if (Long.bitCount(pageBytes) != 1) {
            throw new IllegalArgumentException(
                    "A page has a power of two of bytes, not " + pageBytes);
        }
        long pages = (segment.byteSize() + pageBytes - 1) / pageBytes;
        if (addresses.length != pages) {
            throw new IllegalArgumentException(
                    pages + " pages need as many addresses, not " + addresses.length);
        }
        int shift = Long.numberOfTrailingZeros(pageBytes);
        return new DmaMemory(segment, addresses.clone(), shift, release);
    }

    /** All of it; not to be used after {@link #close}. */
    public MemorySegment segment() {
        return segment;
    }

    /** Bytes of {@link #segment}. */
    public long byteSize() {
        return segment.byteSize();
    }

    /**
     * Where the device finds a byte.
     *
     * @param offset of the byte in {@link #segment}
     */
    public long deviceAddress(long offset) {
        Objects.checkIndex(offset, segment.byteSize());
        return addresses[(int) (offset >>> pageShift)] + (offset & pageMask);
    }

    /**
     * How many bytes from an offset on have consecutive device addresses, to the end of the page or
     * of the memory.
     */
    public long contiguousBytes(long offset) {
        Objects.checkIndex(offset, segment.byteSize());
        long toPageEnd = pageMask + 1 - (offset & pageMask);
        return Math.min(toPageEnd, segment.byteSize() - offset);
    }

    /** Takes the memory from the device and gives it back; a second call does nothing. */
    @Override
    public void close() {
        release.run();
    }
}
