package dev.ringroad.nvme.command;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * What a namespace of the zoned command set says of its zones, 4096 bytes (Zoned Namespace Command
 * Set Specification 1.1, section 4.1.5.1).
 *
 * <pre>
 *    0       2       4               8               12                    2816
 *    | zones | ops   | active most   | open most     | …                   | formats …
 *   a format, 16 bytes:
 *    0                               8        9                      16
 *    | blocks of a zone              | 64 B of| reserved             |
 * </pre>
 */
public final class ZonedNamespaceIdentity extends Structure {
    public static final int BYTES = 4096;

    /** Bits of {@link #zoneCharacteristics}. */
    public static final int VARIABLE_CAPACITY = 1;

    public static final int ACTIVE_EXCURSIONS = 1 << 1;

    /** A bit of {@link #operations}: a read may cross from one zone to the next. */
    public static final int READS_ACROSS = 1;

    private static final int FORMATS_AT = 2816;
    private static final int FORMAT_BYTES = 16;
    private static final int FORMATS = 64;

    /**
     * Looks at memory as this structure; it stays whose it is.
     *
     * @throws IllegalArgumentException when it has fewer than {@link #BYTES}
     */
    public ZonedNamespaceIdentity(MemorySegment memory) {
        super(memory, BYTES);
    }

    public int zoneCharacteristics() {
        return shortAt(0);
    }

    public int operations() {
        return shortAt(2);
    }

    /** How many zones can be open or closed at once, less one; all ones for no limit. */
    public int activeMax() {
        return intAt(4);
    }

    /** How many zones can be open at once, less one; all ones for no limit. */
    public int openMax() {
        return intAt(8);
    }

    /**
     * @param format index as {@link IdentifyNamespace#formatIndex}
     */
    public long zoneBlocks(int format) {
        return longAt(FORMATS_AT + (long) Objects.checkIndex(format, FORMATS) * FORMAT_BYTES);
    }

    /** Bytes that a user can leave with each zone. */
    public int extensionBytes(int format) {
        long at = FORMATS_AT + (long) Objects.checkIndex(format, FORMATS) * FORMAT_BYTES;
        return byteAt(at + Long.BYTES) * 64;
    }
}
