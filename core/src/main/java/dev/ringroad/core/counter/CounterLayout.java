package dev.ringroad.core.counter;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * The format of a counter file, version 1. Numbers are in the machine's byte order, which the magic
 * proves.
 *
 * <pre>
 *   0               8       12      16       20       24      32              40      44
 *   | magic         |version|header |capacity| label  | pid   | started       | count |    … 64
 *   |               |       | bytes |        | bytes  |       | epoch millis  |       |
 *
 *   64: capacity values of 8 bytes, filled up to a multiple of 64
 *   then: capacity labels of 512 bytes
 *   0            2                4
 *   | name bytes | sentence bytes | name, then sentence, UTF-8 …                     512
 * </pre>
 *
 * {@code count} is released after a counter's label and value are written, so a reader who has
 * acquired it may use the first {@code count} of both. Counters are never removed.
 */
final class CounterLayout {
    /** The letters {@code RRCOUNT1} as a little-endian number. */
    static final long MAGIC = 0x31544E554F435252L;

    static final int VERSION = 1;

    static final StructLayout HEADER =
            MemoryLayout.structLayout(
                    JAVA_LONG.withName("magic"),
                    JAVA_INT.withName("version"),
                    JAVA_INT.withName("headerBytes"),
                    JAVA_INT.withName("capacity"),
                    JAVA_INT.withName("labelBytes"),
                    JAVA_LONG.withName("pid"),
                    JAVA_LONG.withName("startedEpochMillis"),
                    JAVA_INT.withName("count"),
                    MemoryLayout.paddingLayout(20));

    static final long MAGIC_OFFSET = offset("magic");
    static final long VERSION_OFFSET = offset("version");
    static final long HEADER_BYTES_OFFSET = offset("headerBytes");
    static final long CAPACITY_OFFSET = offset("capacity");
    static final long LABEL_BYTES_OFFSET = offset("labelBytes");
    static final long PID_OFFSET = offset("pid");
    static final long STARTED_OFFSET = offset("startedEpochMillis");
    static final long COUNT_OFFSET = offset("count");

    static final int HEADER_BYTES = 64;
    static final int VALUE_BYTES = Long.BYTES;
    static final int LABEL_BYTES = 512;

    static final long NAME_BYTES_OFFSET = 0;
    static final long SENTENCE_BYTES_OFFSET = 2;
    static final long TEXT_OFFSET = 4;
    static final int TEXT_BYTES = LABEL_BYTES - (int) TEXT_OFFSET;
    static final int NAME_BYTES_MAX = 200;

    static final int COUNTERS_MAX = 1 << 20;

    static final ValueLayout.OfShort TEXT_LENGTH = JAVA_SHORT;

    static {
        require(HEADER.byteSize() == HEADER_BYTES, "the header has 64 bytes");
        require(
                CAPACITY_OFFSET == 16 && PID_OFFSET == 24 && COUNT_OFFSET == 40,
                "the header's offsets");
        require(LABEL_BYTES % 64 == 0, "labels are whole cache lines");
    }

    private CounterLayout() {}

    private static long offset(String field) {
        return HEADER.byteOffset(PathElement.groupElement(field));
    }

    private static void require(boolean fact, String what) {
        if (!fact) {
            throw new ExceptionInInitializerError("Layout check failed: " + what);
        }
    }

    static long valueOffset(int index) {
        return HEADER_BYTES + (long) index * VALUE_BYTES;
    }

    static long labelOffset(int capacity, int index) {
        long values = ((long) capacity * VALUE_BYTES + 63) & -64L;
        return HEADER_BYTES + values + (long) index * LABEL_BYTES;
    }

    static long fileBytes(int capacity) {
        return labelOffset(capacity, capacity);
    }
}
