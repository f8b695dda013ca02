package dev.ringroad.nvme.command;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Ids of namespaces in ascending order, 4096 bytes: 1024 numbers, the first 0 ends it (NVM Express
 * Base Specification 2.0, section 4.5.1).
 */
public final class NamespaceList extends Structure {
    public static final int BYTES = 4096;
    public static final int IDS_MAX = BYTES / Integer.BYTES;

    /**
     * Looks at memory as this structure; it stays whose it is.
     *
     * @throws IllegalArgumentException when it has fewer than {@link #BYTES}
     */
    public NamespaceList(MemorySegment memory) {
        super(memory, BYTES);
    }

    /** How many ids stand before the first 0. */
    public int count() {
        int count = 0;
        while (count < IDS_MAX && id(count) != 0) {
            count++;
        }
        return count;
    }

    /** Unsigned; 0 behind the last. */
    public int id(int index) {
        return intAt((long) Objects.checkIndex(index, IDS_MAX) * Integer.BYTES);
    }

    public NamespaceList id(int index, int namespaceId) {
        putInt((long) Objects.checkIndex(index, IDS_MAX) * Integer.BYTES, namespaceId);
        return this;
    }
}
