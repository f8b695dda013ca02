package dev.ringroad.nvme;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.command.SglDescriptor;
import dev.ringroad.nvme.command.SubmissionEntry;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Tells a controller where a command's data are: by PRP entries (NVM Express Base Specification
 * 2.0, section 4.1.1) or by an SGL (section 4.1.2), with a list of its own for each tracker.
 *
 * <pre>
 *   PRP   first: an address, to the end of its page
 *         second: 0, the next page, or where the list of all further pages is
 *   SGL   first and second: a data block, or where the segment of data blocks is
 * </pre>
 *
 * What {@link #build} has found stands in {@link #first}, {@link #second} and {@link #flags} until
 * the next call. Owned by the queue's thread.
 */
final class DataPointers {
    /** Kinds of SGL that a controller takes. */
    static final int NO_SGL = 0;

    static final int SGL_ALIGNED = 1;
    static final int SGL_ANY = 2;

    private static final ValueLayout.OfLong LONG = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int DWORD_MASK = 3;

    private final MemorySegment lists;
    private final DmaMemory memory;
    private final long listsAt;
    private final int listBytes;
    private final int pageBytes;
    private final int sgl;
    long first;
    long second;
    int flags;

    /**
     * @param memory holds the lists
     * @param listsAt where they begin, a multiple of the page
     * @param depth how many there are
     * @param listBytes of each, a power of two of at most a page
     * @param pageBytes the controller's page
     * @param sgl one of the kinds here
     */
    DataPointers(DmaMemory memory, long listsAt, int depth, int listBytes, int pageBytes, int sgl) {
        this.memory = memory;
        this.listsAt = listsAt;
        this.listBytes = listBytes;
        this.pageBytes = pageBytes;
        this.sgl = sgl;
        lists = memory.segment().asSlice(listsAt, (long) depth * listBytes);
    }

    /** How many bytes of list cover a transfer whose memory begins anywhere in a page. */
    static int listBytes(long transferBytesMax, int pageBytes) {
        long entries = transferBytesMax / pageBytes + 1;
        long bytes = Long.highestOneBit(entries * Long.BYTES * 2 - 1);
        return (int) Math.min(Math.max(bytes, SglDescriptor.BYTES * 4), pageBytes);
    }

    /** The longest transfer that a list of one page covers, wherever its memory begins. */
    static long transferBytesMax(int pageBytes) {
        return (long) pageBytes / Long.BYTES * pageBytes;
    }

    /**
     * @param tracker whose list may be used
     * @return 0, or a {@link Refusal}
     */
    int build(DmaMemory data, long offset, long bytes, int tracker) {
        // Told by addresses without a check below, so it is checked here that all of it is there.
        if (offset < 0 || bytes > data.byteSize() - offset) {
            return Refusal.MEMORY_TOO_SMALL;
        }
        long address = data.deviceAddress(offset);
        int inPage = (int) (address & pageBytes - 1);
        if (((int) address & DWORD_MASK) == 0
                && inPage + bytes <= pageBytes
                && data.contiguousBytes(offset) >= bytes) {
            first = address;
            second = 0;
            flags = 0;
            return 0;
        }
        return buildLonger(data, offset, bytes, tracker);
    }

    private int buildLonger(DmaMemory data, long offset, long bytes, int tracker) {
        boolean aligned = (data.deviceAddress(offset) & DWORD_MASK) == 0;
        if (sgl == SGL_ANY || (sgl == SGL_ALIGNED && aligned)) {
            return buildSgl(data, offset, bytes, tracker);
        }
        return aligned ? buildPrps(data, offset, bytes, tracker) : Refusal.MISALIGNED;
    }

    private int buildPrps(DmaMemory data, long offset, long bytes, int tracker) {
        long address = data.deviceAddress(offset);
        long inFirst = Math.min(pageBytes - (address & pageBytes - 1), bytes);
        if (data.contiguousBytes(offset) < inFirst) {
            return Refusal.TOO_SCATTERED;
        }
        flags = 0;
        first = address;
        second = 0;
        long left = bytes - inFirst;
        if (left == 0) {
            return 0;
        }
        long at = offset + inFirst;
        if (left <= pageBytes) {
            second = data.deviceAddress(at);
            return isPage(data, at, left) ? 0 : Refusal.TOO_SCATTERED;
        }
        long list = (long) tracker * listBytes;
        long end = list + listBytes;
        second = memory.deviceAddress(listsAt + list);
        for (; left > 0; left -= pageBytes, at += pageBytes, list += Long.BYTES) {
            if (list == end) {
                return Refusal.TOO_LONG;
            }
            if (!isPage(data, at, Math.min(left, pageBytes))) {
                return Refusal.TOO_SCATTERED;
            }
            lists.set(LONG, list, data.deviceAddress(at));
        }
        return 0;
    }

    /** Whether a page of the controller's begins there, and holds so much. */
    private boolean isPage(DmaMemory data, long at, long bytes) {
        return (data.deviceAddress(at) & pageBytes - 1) == 0 && data.contiguousBytes(at) >= bytes;
    }

    private int buildSgl(DmaMemory data, long offset, long bytes, int tracker) {
        flags = SubmissionEntry.SGL;
        if (data.contiguousBytes(offset) >= bytes) {
            first = data.deviceAddress(offset);
            second =
                    SglDescriptor.secondWord(
                            SglDescriptor.DATA_BLOCK, SglDescriptor.ADDRESS, (int) bytes);
            return 0;
        }
        long begin = (long) tracker * listBytes;
        long at = begin;
        long left = bytes;
        long from = offset;
        while (left > 0) {
            if (at == begin + listBytes) {
                return Refusal.TOO_SCATTERED;
            }
            long address = data.deviceAddress(from);
            long run = runBytes(data, from, left);
            SglDescriptor.encode(
                    lists, at, SglDescriptor.DATA_BLOCK, SglDescriptor.ADDRESS, address, (int) run);
            at += SglDescriptor.BYTES;
            from += run;
            left -= run;
        }
        first = memory.deviceAddress(listsAt + begin);
        second =
                SglDescriptor.secondWord(
                        SglDescriptor.LAST_SEGMENT, SglDescriptor.ADDRESS, (int) (at - begin));
        return 0;
    }

    /** How far the addresses go on without a gap, over pages that happen to follow each other. */
    private static long runBytes(DmaMemory data, long from, long bytesMax) {
        long run = Math.min(data.contiguousBytes(from), bytesMax);
        while (run < bytesMax && data.deviceAddress(from + run) == data.deviceAddress(from) + run) {
            run += Math.min(data.contiguousBytes(from + run), bytesMax - run);
        }
        return run;
    }
}
