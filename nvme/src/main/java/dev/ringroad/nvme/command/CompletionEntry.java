package dev.ringroad.nvme.command;

import static dev.ringroad.nvme.command.LittleEndian.INT;
import static dev.ringroad.nvme.command.LittleEndian.LONG;
import static dev.ringroad.nvme.command.LittleEndian.SHORT;
import static dev.ringroad.nvme.command.LittleEndian.require;

import java.lang.foreign.MemorySegment;

/**
 * What a controller answers, 16 bytes (NVM Express Base Specification 2.0, section 3.3.3.2).
 *
 * <pre>
 *    0               4               8       10      12      14      16
 *    |    result     | second result | SQ    | SQ id | command| status |
 *    |               |               | head  |       |  id    | phase  |
 *
 *   the last 16 bits:   15                        1     0
 *                       |         status          |  phase |
 * </pre>
 *
 * A Fabrics property's value, and where a zone append has written, are both results as one number.
 */
public final class CompletionEntry {
    public static final int BYTES = 16;

    /** As the queues' entry size is told: the power of two. */
    public static final int BYTES_SHIFT = 4;

    public static final int RESULT_AT = 0;
    public static final int SQ_HEAD_AT = 8;
    public static final int SQ_ID_AT = 10;
    public static final int COMMAND_ID_AT = 12;
    public static final int STATUS_AT = 14;

    static {
        require(1 << BYTES_SHIFT == BYTES, "a completion entry has 16 bytes");
        require(STATUS_AT + Short.BYTES == BYTES, "the status ends the entry");
    }

    private CompletionEntry() {}

    /**
     * Writes an entry whole, with plain stores. Who shares memory with a host that polls writes the
     * last eight bytes by {@link #lastWord} and a release store instead.
     *
     * @param status as in {@link NvmeStatus}, of the 15 bits that a controller has
     * @param phase 0 or 1; 0 on Fabrics
     */
    public static void encode(
            MemorySegment entries,
            long at,
            long result,
            int sqHead,
            int sqId,
            int commandId,
            int status,
            int phase) {
        entries.set(LONG, at + RESULT_AT, result);
        entries.set(LONG, at + SQ_HEAD_AT, lastWord(sqHead, sqId, commandId, status, phase));
    }

    /** The last eight bytes of an entry. */
    public static long lastWord(int sqHead, int sqId, int commandId, int status, int phase) {
        return (sqHead & 0xffffL)
                | (sqId & 0xffffL) << 16
                | (commandId & 0xffffL) << 32
                | ((long) (status & NvmeStatus.FIELD_MASK) << 1 | (phase & 1)) << 48;
    }

    /** The first result, which is what most commands have. */
    public static int result(MemorySegment entries, long at) {
        return entries.get(INT, at + RESULT_AT);
    }

    /** Both results as one number. */
    public static long longResult(MemorySegment entries, long at) {
        return entries.get(LONG, at + RESULT_AT);
    }

    public static int sqHead(MemorySegment entries, long at) {
        return entries.get(SHORT, at + SQ_HEAD_AT) & 0xffff;
    }

    public static int sqId(MemorySegment entries, long at) {
        return entries.get(SHORT, at + SQ_ID_AT) & 0xffff;
    }

    public static int commandId(MemorySegment entries, long at) {
        return entries.get(SHORT, at + COMMAND_ID_AT) & 0xffff;
    }

    /** As in {@link NvmeStatus}. */
    public static int status(MemorySegment entries, long at) {
        return NvmeStatus.ofCompletion(entries.get(SHORT, at + STATUS_AT));
    }

    public static int phase(MemorySegment entries, long at) {
        return entries.get(SHORT, at + STATUS_AT) & 1;
    }
}
