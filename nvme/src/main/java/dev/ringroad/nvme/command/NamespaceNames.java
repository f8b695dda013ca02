package dev.ringroad.nvme.command;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * The names of a namespace that are its own in the whole world, 4096 bytes (NVM Express Base
 * Specification 2.0, section 5.17.2.3, "Namespace Identification Descriptor list").
 *
 * <pre>
 *    0      1      2             4                    4 + length
 *    | type |length|  reserved   | name …             | next, or a length of 0
 * </pre>
 */
public final class NamespaceNames extends Structure {
    public static final int BYTES = 4096;

    public static final int EUI64 = 1;
    public static final int NGUID = 2;
    public static final int UUID = 3;

    /** One byte: which I/O command set the namespace has, see {@link CommandSet}. */
    public static final int COMMAND_SET = 4;

    private static final int NAME_AT = 4;

    /**
     * Looks at memory as this structure; it stays whose it is.
     *
     * @throws IllegalArgumentException when it has fewer than {@link #BYTES}
     */
    public NamespaceNames(MemorySegment memory) {
        super(memory, BYTES);
    }

    /** The bytes of a name, or null when there is none of that type. */
    public @Nullable MemorySegment name(int type) {
        int at = 0;
        while (at + NAME_AT < BYTES) {
            int length = byteAt(at + 1L);
            if (length == 0 || at + NAME_AT + length > BYTES) {
                return null;
            }
            if (byteAt(at) == type) {
                return bytes().asSlice(at + (long) NAME_AT, length);
            }
            at += NAME_AT + length;
        }
        return null;
    }

    /**
     * Adds a name behind those that are there.
     *
     * @return the place for its bytes
     */
    public MemorySegment add(int type, int length) {
        int at = 0;
        while (byteAt(at + 1L) != 0) {
            at += NAME_AT + byteAt(at + 1L);
        }
        putByte(at, type);
        putByte(at + 1L, length);
        return bytes().asSlice(at + (long) NAME_AT, length);
    }
}
