package dev.ringroad.nvme.command;

import java.lang.foreign.MemorySegment;

/**
 * How well a controller reaches its namespaces, by groups (NVM Express Base Specification 2.0,
 * section 5.16.1.13, asymmetric namespace access).
 *
 * <pre>
 *      0    change count
 *      8    how many groups follow
 *     16    the groups, one behind the other
 *
 *   group:    0              4              8                              16  17        32
 *             |  group id    | namespaces   |       change count            |st | 0 …     | ids …
 * </pre>
 */
public final class AnaLogPage extends Structure {
    /** Bytes before the groups. */
    public static final int HEADER_BYTES = 16;

    /** Bytes of a group before its namespaces' ids. */
    public static final int GROUP_BYTES = 32;

    /** States. */
    public static final int OPTIMIZED = 0x1;

    public static final int NON_OPTIMIZED = 0x2;
    public static final int INACCESSIBLE = 0x3;
    public static final int PERSISTENT_LOSS = 0x4;
    public static final int CHANGE = 0xf;

    private static final int NAMESPACES_AT = 4;
    private static final int GROUP_CHANGES_AT = 8;
    private static final int STATE_AT = 16;
    private static final int STATE_MASK = 0xf;

    /**
     * Looks at a page, or as much of it as there is; it stays whose it is.
     *
     * @throws IllegalArgumentException when it has fewer than {@link #HEADER_BYTES}
     */
    public AnaLogPage(MemorySegment memory) {
        super(memory, Math.max(HEADER_BYTES, memory.byteSize()));
    }

    /** CHGCNT. */
    public long changes() {
        return longAt(0);
    }

    public AnaLogPage changes(long value) {
        putLong(0, value);
        return this;
    }

    /** How many groups the page has; what lies of them in this memory is another matter. */
    public int groups() {
        return shortAt(8);
    }

    public AnaLogPage groups(int value) {
        putShort(8, value);
        return this;
    }

    /**
     * Whether a group that begins here lies in the memory with all its ids.
     *
     * @param at {@link #HEADER_BYTES}, or what {@link #behind} said
     */
    public boolean isWhole(long at) {
        long room = bytes().byteSize() - at;
        return room >= GROUP_BYTES
                && (intAt(at + NAMESPACES_AT) & 0xffff_ffffL) * Integer.BYTES <= room - GROUP_BYTES;
    }

    /** Where the group behind a whole one begins. */
    public long behind(long at) {
        return at + GROUP_BYTES + (long) namespaces(at) * Integer.BYTES;
    }

    public int groupId(long at) {
        return intAt(at);
    }

    /** How many namespaces a whole group has. */
    public int namespaces(long at) {
        return intAt(at + NAMESPACES_AT);
    }

    public long groupChanges(long at) {
        return longAt(at + GROUP_CHANGES_AT);
    }

    /** {@link #OPTIMIZED} and others, or a number that is none of them. */
    public int state(long at) {
        return byteAt(at + STATE_AT) & STATE_MASK;
    }

    /**
     * @param index below {@link #namespaces}
     */
    public int namespaceId(long at, int index) {
        return intAt(at + GROUP_BYTES + (long) index * Integer.BYTES);
    }

    /** Writes a group but its ids; zeroes lie where it goes. */
    public AnaLogPage group(long at, int groupId, int namespaces, long changes, int state) {
        putInt(at, groupId);
        putInt(at + NAMESPACES_AT, namespaces);
        putLong(at + GROUP_CHANGES_AT, changes);
        putByte(at + STATE_AT, state);
        return this;
    }

    public AnaLogPage namespaceId(long at, int index, int namespaceId) {
        putInt(at + GROUP_BYTES + (long) index * Integer.BYTES, namespaceId);
        return this;
    }

    /** The state as messages call it. */
    public static String stateName(int state) {
        return switch (state) {
            case OPTIMIZED -> "optimized";
            case NON_OPTIMIZED -> "non-optimized";
            case INACCESSIBLE -> "inaccessible";
            case PERSISTENT_LOSS -> "persistent loss";
            case CHANGE -> "change";
            default -> "state " + state;
        };
    }

    /** What a command gets that meets a group in this state; success where it is carried out. */
    public static int statusOf(int state) {
        return switch (state) {
            case OPTIMIZED, NON_OPTIMIZED -> NvmeStatus.SUCCESS;
            case PERSISTENT_LOSS -> NvmeStatus.ANA_PERSISTENT_LOSS;
            case CHANGE -> NvmeStatus.ANA_TRANSITION;
            default -> NvmeStatus.ANA_INACCESSIBLE;
        };
    }
}
