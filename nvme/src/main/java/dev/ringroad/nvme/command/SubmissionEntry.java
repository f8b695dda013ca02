package dev.ringroad.nvme.command;

import static dev.ringroad.nvme.command.LittleEndian.INT;
import static dev.ringroad.nvme.command.LittleEndian.LONG;
import static dev.ringroad.nvme.command.LittleEndian.SHORT;
import static dev.ringroad.nvme.command.LittleEndian.require;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * A command, 64 bytes (NVM Express Base Specification 2.0, section 3.3.3.1, figures "Common Command
 * Format" and "Command Dword 0").
 *
 * <pre>
 *    0       1       2               4               8               12
 *    | opcode| flags |  command id   | namespace id  |    CDW2       |    CDW3       |
 *   16                               24                              32
 *    |        metadata pointer       |             PRP entry 1, or the first half of an SGL …
 *   32                               40              44
 *    |  PRP entry 2, or second half  |    CDW10      |    CDW11      |
 *   48                               56                              64
 *    |    CDW12      |    CDW13      |    CDW14      |    CDW15      |
 *
 *   flags:  1 0  fused: 0 ordinary, 1 first, 2 second
 *           5 2  reserved
 *           7 6  data by: 0 PRP, 1 SGL with contiguous metadata, 2 SGL with a metadata SGL
 * </pre>
 *
 * All methods take a segment and where the entry begins in it; nothing has to be aligned.
 */
public final class SubmissionEntry {
    public static final int BYTES = 64;

    /** As the queues' entry size is told: the power of two. */
    public static final int BYTES_SHIFT = 6;

    /** Bits of the flags. */
    public static final int FUSED_FIRST = 1;

    public static final int FUSED_SECOND = 2;
    public static final int SGL = 1 << 6;
    public static final int SGL_AND_METADATA_SGL = 2 << 6;

    private static final int FUSED_MASK = 3;
    private static final int DATA_POINTER_MASK = 3 << 6;

    /** Where the fields are, for those who write them in their own way. */
    public static final int FLAGS_AT = 1;

    public static final int COMMAND_ID_AT = 2;
    public static final int NAMESPACE_AT = 4;
    public static final int CDW2_AT = 8;
    public static final int CDW3_AT = 12;
    public static final int METADATA_AT = 16;
    public static final int DATA_AT = 24;
    public static final int DATA2_AT = 32;
    public static final int CDW10_AT = 40;
    public static final int CDW11_AT = 44;
    public static final int CDW12_AT = 48;
    public static final int CDW13_AT = 52;
    public static final int CDW14_AT = 56;
    public static final int CDW15_AT = 60;

    static {
        require(1 << BYTES_SHIFT == BYTES, "a submission entry has 64 bytes");
        require(CDW15_AT + Integer.BYTES == BYTES, "the last double word ends the entry");
        require(DATA_AT + SglDescriptor.BYTES == CDW10_AT, "an SGL descriptor is the data pointer");
    }

    private SubmissionEntry() {}

    /** Begins an entry: all zero but these. */
    public static void begin(
            MemorySegment entries, long at, int opcode, int commandId, int namespaceId) {
        entries.set(LONG, at, doubleWord0(opcode, 0, commandId) | (long) namespaceId << 32);
        entries.set(LONG, at + CDW2_AT, 0);
        entries.set(LONG, at + METADATA_AT, 0);
        entries.set(LONG, at + DATA_AT, 0);
        entries.set(LONG, at + DATA2_AT, 0);
        entries.set(LONG, at + CDW10_AT, 0);
        entries.set(LONG, at + CDW12_AT, 0);
        entries.set(LONG, at + CDW14_AT, 0);
    }

    /** The first four bytes, as an unsigned number. */
    public static long doubleWord0(int opcode, int flags, int commandId) {
        return (commandId & 0xffffL) << 16 | (flags & 0xffL) << 8 | (opcode & 0xffL);
    }

    public static int opcode(MemorySegment entries, long at) {
        return entries.get(JAVA_BYTE, at) & 0xff;
    }

    public static int flags(MemorySegment entries, long at) {
        return entries.get(JAVA_BYTE, at + FLAGS_AT) & 0xff;
    }

    public static void flags(MemorySegment entries, long at, int flags) {
        entries.set(JAVA_BYTE, at + FLAGS_AT, (byte) flags);
    }

    /** 0, {@link #FUSED_FIRST} or {@link #FUSED_SECOND}. */
    public static int fused(MemorySegment entries, long at) {
        return flags(entries, at) & FUSED_MASK;
    }

    /** 0 for PRP, {@link #SGL} or {@link #SGL_AND_METADATA_SGL}. */
    public static int dataPointer(MemorySegment entries, long at) {
        return flags(entries, at) & DATA_POINTER_MASK;
    }

    /** 0 to 65535. */
    public static int commandId(MemorySegment entries, long at) {
        return entries.get(SHORT, at + COMMAND_ID_AT) & 0xffff;
    }

    public static void commandId(MemorySegment entries, long at, int commandId) {
        entries.set(SHORT, at + COMMAND_ID_AT, (short) commandId);
    }

    /** As unsigned; all ones for every namespace. */
    public static int namespaceId(MemorySegment entries, long at) {
        return entries.get(INT, at + NAMESPACE_AT);
    }

    /** The type of a Fabrics command, which is where others have the namespace. */
    public static int fabricsType(MemorySegment entries, long at) {
        return entries.get(JAVA_BYTE, at + NAMESPACE_AT) & 0xff;
    }

    public static void fabricsType(MemorySegment entries, long at, int type) {
        entries.set(INT, at + NAMESPACE_AT, type & 0xff);
    }

    public static long metadata(MemorySegment entries, long at) {
        return entries.get(LONG, at + METADATA_AT);
    }

    public static void metadata(MemorySegment entries, long at, long deviceAddress) {
        entries.set(LONG, at + METADATA_AT, deviceAddress);
    }

    public static long prp1(MemorySegment entries, long at) {
        return entries.get(LONG, at + DATA_AT);
    }

    public static long prp2(MemorySegment entries, long at) {
        return entries.get(LONG, at + DATA2_AT);
    }

    public static void prps(MemorySegment entries, long at, long prp1, long prp2) {
        entries.set(LONG, at + DATA_AT, prp1);
        entries.set(LONG, at + DATA2_AT, prp2);
    }

    /**
     * One of the double words.
     *
     * @param index 0 to 15
     */
    public static int doubleWord(MemorySegment entries, long at, int index) {
        return entries.get(INT, at + (long) index * Integer.BYTES);
    }

    public static void doubleWord(MemorySegment entries, long at, int index, int value) {
        entries.set(INT, at + (long) index * Integer.BYTES, value);
    }

    /**
     * Two double words as one number, the one with the lower index lower, such as a first block.
     */
    public static long quadWord(MemorySegment entries, long at, int index) {
        return entries.get(LONG, at + (long) index * Integer.BYTES);
    }

    public static void quadWord(MemorySegment entries, long at, int index, long value) {
        entries.set(LONG, at + (long) index * Integer.BYTES, value);
    }
}
