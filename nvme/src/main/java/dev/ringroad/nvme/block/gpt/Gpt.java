package dev.ringroad.nvme.block.gpt;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.zip.CRC32;

/**
 * Where things are in a table (UEFI Specification 2.10, sections 5.2.3 and 5.3.2, 5.3.3).
 *
 * <pre>
 *   header, in block 1 and in the last block
 *   0            8          12           16          20         24         32
 *   | "EFI PART" | revision | bytes = 92 | CRC-32    | 0        | own block | other header |
 *   40              48             56             72              80       84          88
 *   | first usable  | last usable  | disk's GUID  | entries' block | count | entry bytes | CRC |
 *
 *   entry
 *   0            16           32            40           48           56          128
 *   | type GUID  | own GUID   | first block | last block | attributes | name, UTF-16 |
 * </pre>
 */
final class Gpt {
    static final long SIGNATURE = 0x5452_4150_2049_4645L; // "EFI PART"
    static final int REVISION = 0x0001_0000;
    static final int HEADER_BYTES = 92;
    static final int REVISION_AT = 8;
    static final int HEADER_BYTES_AT = 12;
    static final int HEADER_CRC_AT = 16;
    static final int OWN_BLOCK_AT = 24;
    static final int OTHER_BLOCK_AT = 32;
    static final int FIRST_USABLE_AT = 40;
    static final int LAST_USABLE_AT = 48;
    static final int DISK_AT = 56;
    static final int ENTRIES_BLOCK_AT = 72;
    static final int ENTRY_COUNT_AT = 80;
    static final int ENTRY_BYTES_AT = 84;
    static final int ENTRIES_CRC_AT = 88;

    static final int ENTRY_BYTES = 128;
    static final int ENTRY_COUNT = 128;
    static final int TYPE_AT = 0;
    static final int ID_AT = 16;
    static final int FIRST_BLOCK_AT = 32;
    static final int LAST_BLOCK_AT = 40;
    static final int ATTRIBUTES_AT = 48;
    static final int NAME_AT = 56;

    static final int MBR_ENTRY_AT = 446;
    static final int MBR_ENTRY_BYTES = 16;
    static final int MBR_ENTRIES = 4;
    static final int MBR_SIGNATURE_AT = 510;
    static final short MBR_SIGNATURE = (short) 0xaa55;
    static final byte MBR_PROTECTIVE = (byte) 0xee;

    static final UUID NO_TYPE = new UUID(0, 0);

    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfLong BIG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Gpt() {}

    static long longAt(MemorySegment memory, long at) {
        return memory.get(LONG, at);
    }

    static void longAt(MemorySegment memory, long at, long value) {
        memory.set(LONG, at, value);
    }

    static int intAt(MemorySegment memory, long at) {
        return memory.get(INT, at);
    }

    static void intAt(MemorySegment memory, long at, int value) {
        memory.set(INT, at, value);
    }

    static short shortAt(MemorySegment memory, long at) {
        return memory.get(SHORT, at);
    }

    static void shortAt(MemorySegment memory, long at, short value) {
        memory.set(SHORT, at, value);
    }

    /** A GUID: its first three fields are little-endian, the rest as it is written (appendix A). */
    static UUID guidAt(MemorySegment memory, long at) {
        long high =
                (Integer.toUnsignedLong(intAt(memory, at)) << 32)
                        | (Short.toUnsignedLong(shortAt(memory, at + 4)) << 16)
                        | Short.toUnsignedLong(shortAt(memory, at + 6));
        return new UUID(high, memory.get(BIG, at + 8));
    }

    static void guidAt(MemorySegment memory, long at, UUID guid) {
        long high = guid.getMostSignificantBits();
        intAt(memory, at, (int) (high >>> 32));
        shortAt(memory, at + 4, (short) (high >>> 16));
        shortAt(memory, at + 6, (short) high);
        memory.set(BIG, at + 8, guid.getLeastSignificantBits());
    }

    static int crc(MemorySegment memory, long at, long bytes) {
        CRC32 crc = new CRC32();
        crc.update(memory.asSlice(at, bytes).asByteBuffer());
        return (int) crc.getValue();
    }
}
