package dev.ringroad.nvme.command;

import static dev.ringroad.nvme.command.LittleEndian.INT;
import static dev.ringroad.nvme.command.LittleEndian.LONG;
import static dev.ringroad.nvme.command.LittleEndian.require;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * One descriptor of a scatter gather list, 16 bytes (NVM Express Base Specification 2.0, section
 * 4.1.2).
 *
 * <pre>
 *    0                               8               12          15      16
 *    |      address or offset        |  length bytes | reserved  | type  |
 *
 *   type:  7   4  3       0
 *          | type | subtype |
 * </pre>
 */
public final class SglDescriptor {
    public static final int BYTES = 16;

    public static final int DATA_BLOCK = 0x0;
    public static final int BIT_BUCKET = 0x1;
    public static final int SEGMENT = 0x2;
    public static final int LAST_SEGMENT = 0x3;
    public static final int KEYED_DATA_BLOCK = 0x4;
    public static final int TRANSPORT_DATA_BLOCK = 0x5;

    /** Subtypes: an address, an offset from where the transport says, the transport's own. */
    public static final int ADDRESS = 0x0;

    public static final int OFFSET = 0x1;
    public static final int TRANSPORT = 0xa;

    private static final int LENGTH_AT = 8;
    private static final int TYPE_AT = 15;

    static {
        require(TYPE_AT + 1 == BYTES, "the type ends an SGL descriptor");
    }

    private SglDescriptor() {}

    /**
     * @param length bytes, unsigned
     */
    public static void encode(
            MemorySegment memory, long at, int type, int subtype, long address, int length) {
        memory.set(LONG, at, address);
        memory.set(LONG, at + LENGTH_AT, secondWord(type, subtype, length));
    }

    /** The last eight bytes. */
    public static long secondWord(int type, int subtype, int length) {
        return (long) (type << 4 | subtype) << 56 | (length & 0xffff_ffffL);
    }

    public static long address(MemorySegment memory, long at) {
        return memory.get(LONG, at);
    }

    /** Bytes, 0 to 2³²−1. */
    public static long length(MemorySegment memory, long at) {
        return memory.get(INT, at + LENGTH_AT) & 0xffff_ffffL;
    }

    public static int type(MemorySegment memory, long at) {
        return memory.get(JAVA_BYTE, at + TYPE_AT) >>> 4 & 0xf;
    }

    public static int subtype(MemorySegment memory, long at) {
        return memory.get(JAVA_BYTE, at + TYPE_AT) & 0xf;
    }
}
