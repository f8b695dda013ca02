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
    private long listBegin;
    private long listEnd;
    private long runAddress;
    private long runBytes;
    private int pages;
    private boolean pageIsLeft;
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
        begin(tracker);
        int refusal = add(data, offset, bytes);
        return refusal != 0 ? refusal : finish();
    }

    /**
     * The same for data in several pieces.
     *
     * @param bytes that the command carries
     */
    int build(DataVector data, long bytes, int tracker) {
        if (bytes > data.byteSize()) {
            return Refusal.MEMORY_TOO_SMALL;
        }
        begin(tracker);
        long left = bytes;
        for (int piece = 0; left > 0; piece++) {
            long length = Math.min(data.length(piece), left);
            int refusal = add(data.memory(piece), data.offset(piece), length);
            if (refusal != 0) {
                return refusal;
            }
            left -= length;
        }
        return finish();
    }

    private void begin(int tracker) {
        listBegin = (long) tracker * listBytes;
        listEnd = listBegin;
        runBytes = 0;
        pages = 0;
    }

    private int add(DmaMemory data, long offset, long bytes) {
        return sgl == NO_SGL ? addPages(data, offset, bytes) : addRuns(data, offset, bytes);
    }

    private int finish() {
        return sgl == NO_SGL ? finishPrps() : finishSgl();
    }

    private int addPages(DmaMemory data, long offset, long bytes) {
        long end = offset + bytes;
        long length;
        for (long at = offset; at < end; at += length) {
            long address = data.deviceAddress(at);
            int inPage = (int) (address & pageBytes - 1);
            length = Math.min(pageBytes - inPage, end - at);
            if (data.contiguousBytes(at) < length) {
                return Refusal.TOO_SCATTERED;
            }
            if (pages == 0) {
                if ((address & DWORD_MASK) != 0) {
                    return Refusal.MISALIGNED;
                }
                first = address;
            } else {
                // Only the first is entered behind its beginning, only the last left before its
                // end.
                if (inPage != 0 || pageIsLeft) {
                    return Refusal.TOO_SCATTERED;
                }
                if (listEnd == listBegin + listBytes) {
                    return Refusal.TOO_LONG;
                }
                lists.set(LONG, listEnd, address);
                listEnd += Long.BYTES;
                second = address;
            }
            pages++;
            pageIsLeft = inPage + length < pageBytes;
        }
        return 0;
    }

    private int finishPrps() {
        flags = 0;
        if (pages == 1) {
            second = 0;
        } else if (pages > 2) {
            second = memory.deviceAddress(listsAt + listBegin);
        }
        return 0;
    }

    /** Runs of addresses go on over pages and pieces that happen to follow each other. */
    private int addRuns(DmaMemory data, long offset, long bytes) {
        if (sgl == SGL_ALIGNED && ((data.deviceAddress(offset) | bytes) & DWORD_MASK) != 0) {
            return Refusal.MISALIGNED;
        }
        long end = offset + bytes;
        long length;
        for (long at = offset; at < end; at += length) {
            long address = data.deviceAddress(at);
            length = Math.min(data.contiguousBytes(at), end - at);
            if (runBytes > 0 && address == runAddress + runBytes) {
                runBytes += length;
                continue;
            }
            if (runBytes > 0 && !listRun()) {
                return Refusal.TOO_SCATTERED;
            }
            runAddress = address;
            runBytes = length;
        }
        return 0;
    }

    private boolean listRun() {
        if (listEnd == listBegin + listBytes) {
            return false;
        }
        SglDescriptor.encode(
                lists,
                listEnd,
                SglDescriptor.DATA_BLOCK,
                SglDescriptor.ADDRESS,
                runAddress,
                (int) runBytes);
        listEnd += SglDescriptor.BYTES;
        return true;
    }

    private int finishSgl() {
        flags = SubmissionEntry.SGL;
        if (listEnd == listBegin) {
            first = runAddress;
            second =
                    SglDescriptor.secondWord(
                            SglDescriptor.DATA_BLOCK, SglDescriptor.ADDRESS, (int) runBytes);
            return 0;
        }
        if (!listRun()) {
            return Refusal.TOO_SCATTERED;
        }
        first = memory.deviceAddress(listsAt + listBegin);
        second =
                SglDescriptor.secondWord(
                        SglDescriptor.LAST_SEGMENT,
                        SglDescriptor.ADDRESS,
                        (int) (listEnd - listBegin));
        return 0;
    }
}
