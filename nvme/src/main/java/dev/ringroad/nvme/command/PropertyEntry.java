package dev.ringroad.nvme.command;

import static dev.ringroad.nvme.command.LittleEndian.INT;
import static dev.ringroad.nvme.command.LittleEndian.LONG;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * What Property Get and Property Set have in their entries (NVM Express Base Specification 2.0,
 * sections 6.5 and 6.6): a register of {@link ControllerRegister}, read and written as a command.
 *
 * <pre>
 *   40  41          44              48                              56
 *    |siz| reserved  |    offset     |  value, of Property Set       |
 *
 *   siz:  2 0  0 for four bytes, 1 for eight
 * </pre>
 *
 * The value that was got is {@link CompletionEntry#longResult}.
 */
public final class PropertyEntry {
    private static final int SIZE_AT = 40;
    private static final int OFFSET_AT = 44;
    private static final int VALUE_AT = 48;
    private static final int SIZE_MASK = 7;
    private static final int EIGHT_BYTES = 1;

    private PropertyEntry() {}

    public static void encodeGet(
            MemorySegment entries, long at, int commandId, int offset, int bytes) {
        encode(entries, at, FabricsCommand.PROPERTY_GET, commandId, offset, bytes, 0);
    }

    public static void encodeSet(
            MemorySegment entries, long at, int commandId, int offset, int bytes, long value) {
        encode(entries, at, FabricsCommand.PROPERTY_SET, commandId, offset, bytes, value);
    }

    private static void encode(
            MemorySegment entries,
            long at,
            int type,
            int commandId,
            int offset,
            int bytes,
            long value) {
        SubmissionEntry.begin(entries, at, AdminOpcode.FABRICS, commandId, 0);
        SubmissionEntry.flags(entries, at, SubmissionEntry.SGL);
        SubmissionEntry.fabricsType(entries, at, type);
        entries.set(JAVA_BYTE, at + SIZE_AT, (byte) (bytes == Long.BYTES ? EIGHT_BYTES : 0));
        entries.set(INT, at + OFFSET_AT, offset);
        entries.set(LONG, at + VALUE_AT, value);
    }

    /** 4 or 8; 0 for a size that there is not. */
    public static int bytes(MemorySegment entries, long at) {
        int size = entries.get(JAVA_BYTE, at + SIZE_AT) & SIZE_MASK;
        return size > EIGHT_BYTES ? 0 : Integer.BYTES << size;
    }

    /** As in {@link ControllerRegister}. */
    public static int offset(MemorySegment entries, long at) {
        return entries.get(INT, at + OFFSET_AT);
    }

    public static long value(MemorySegment entries, long at) {
        return entries.get(LONG, at + VALUE_AT);
    }
}
