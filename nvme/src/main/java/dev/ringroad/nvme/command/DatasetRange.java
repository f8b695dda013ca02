package dev.ringroad.nvme.command;

import static dev.ringroad.nvme.command.LittleEndian.INT;
import static dev.ringroad.nvme.command.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * One range of a dataset management command, 16 bytes (NVM Command Set Specification 1.0, section
 * 3.2.3).
 *
 * <pre>
 *    0               4               8                               16
 *    |  attributes   | block count   |         first block           |
 * </pre>
 */
public final class DatasetRange {
    public static final int BYTES = 16;

    /** How many ranges one command takes. */
    public static final int RANGES_MAX = 256;

    /** A bit of CDW11: the ranges' content is no longer needed. */
    public static final int DEALLOCATE = 1 << 2;

    private static final int COUNT_AT = 4;
    private static final int BLOCK_AT = 8;

    private DatasetRange() {}

    public static void encode(
            MemorySegment memory, long at, int attributes, int blockCount, long firstBlock) {
        memory.set(INT, at, attributes);
        memory.set(INT, at + COUNT_AT, blockCount);
        memory.set(LONG, at + BLOCK_AT, firstBlock);
    }

    public static int attributes(MemorySegment memory, long at) {
        return memory.get(INT, at);
    }

    /** 0 to 2³²−1. */
    public static long blockCount(MemorySegment memory, long at) {
        return memory.get(INT, at + COUNT_AT) & 0xffff_ffffL;
    }

    /** Unsigned. */
    public static long firstBlock(MemorySegment memory, long at) {
        return memory.get(LONG, at + BLOCK_AT);
    }
}
