package dev.ringroad.nvme.command;

import static dev.ringroad.nvme.command.LittleEndian.LONG;
import static dev.ringroad.nvme.command.LittleEndian.require;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * What zone management receive answers: 64 bytes, and 64 for each zone (Zoned Namespace Command Set
 * Specification 1.1, section 3.4.2).
 *
 * <pre>
 *    0                               8                               64
 *    | count of zones                | reserved …                    |
 *   a zone:
 *    0    1      2     3             8                               16
 *    |type| state|attr.|info|  …     | blocks that can be written    |
 *   16                               24                              32
 *    | first block                   | where the next write goes     | reserved … 64
 *
 *   state:  7 4
 * </pre>
 */
public final class ZoneReport {
    public static final int HEADER_BYTES = 64;
    public static final int ZONE_BYTES = 64;

    /** The type of a zone that is written from its beginning on. */
    public static final int SEQUENTIAL_WRITE_REQUIRED = 2;

    /** Actions of zone management send. */
    public static final int CLOSE = 1;

    public static final int FINISH = 2;
    public static final int OPEN = 3;
    public static final int RESET = 4;
    public static final int OFFLINE = 5;
    public static final int SET_EXTENSION = 0x10;

    /** A bit of CDW13 of zone management send: all zones that the action fits. */
    public static final int ALL = 1 << 8;

    /** Which zones are reported: bits 15 to 8 of CDW13 of zone management receive. */
    public static final int REPORT_ALL = 0;

    public static final int REPORT_EMPTY = 1;
    public static final int REPORT_IMPLICITLY_OPENED = 2;
    public static final int REPORT_OPENED = 3;
    public static final int REPORT_CLOSED = 4;
    public static final int REPORT_FULL = 5;
    public static final int REPORT_READ_ONLY = 6;
    public static final int REPORT_OFFLINE = 7;

    /** A bit of CDW13: the count is of those that are in the answer, not of all. */
    public static final int PARTIAL = 1 << 16;

    private static final int CAPACITY_AT = 8;
    private static final int FIRST_AT = 16;
    private static final int POINTER_AT = 24;

    static {
        require(POINTER_AT + Long.BYTES <= ZONE_BYTES, "the write pointer is in the descriptor");
    }

    private ZoneReport() {}

    /**
     * How many descriptors are there to be read: what the controller says, but at most what the
     * memory holds.
     *
     * @param bytes of the report
     */
    public static int zones(MemorySegment report, long at, long bytes) {
        long held = (bytes - HEADER_BYTES) / ZONE_BYTES;
        long said = report.get(LONG, at);
        return (int) (said < 0 || said > held ? held : said);
    }

    /** How many zones the controller says that there are. */
    public static long count(MemorySegment report, long at) {
        return report.get(LONG, at);
    }

    /** Where a zone's descriptor begins. */
    public static long zoneAt(long at, int index) {
        return at + HEADER_BYTES + (long) index * ZONE_BYTES;
    }

    public static int type(MemorySegment report, long zoneAt) {
        return report.get(JAVA_BYTE, zoneAt) & 0xf;
    }

    /** As a number of {@link ZoneState}. */
    public static int state(MemorySegment report, long zoneAt) {
        return report.get(JAVA_BYTE, zoneAt + 1) >> 4 & 0xf;
    }

    /** How many of the zone's blocks can be written. */
    public static long capacityBlocks(MemorySegment report, long zoneAt) {
        return report.get(LONG, zoneAt + CAPACITY_AT);
    }

    public static long firstBlock(MemorySegment report, long zoneAt) {
        return report.get(LONG, zoneAt + FIRST_AT);
    }

    /** Where the next write goes; without meaning in a zone that cannot be written. */
    public static long writePointer(MemorySegment report, long zoneAt) {
        return report.get(LONG, zoneAt + POINTER_AT);
    }
}
