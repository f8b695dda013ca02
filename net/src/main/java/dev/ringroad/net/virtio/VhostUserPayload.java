package dev.ringroad.net.virtio;

import java.util.List;

/** What a message of vhost-user carries behind its header, apart from descriptors. */
public sealed interface VhostUserPayload {

    /** The kinds of payloads. */
    enum Form {
        NOTHING,
        NUMBER,
        VRING_STATE,
        VRING_ADDRESS,
        MEMORY_TABLE
    }

    /** Which kind it is. */
    Form form();

    /** There is none. */
    record Nothing() implements VhostUserPayload {
        @Override
        public Form form() {
            return Form.NOTHING;
        }
    }

    /**
     * Features, a count, a status, a ring's index, or whether a request succeeded.
     *
     * @param value unsigned 64 bits
     */
    record Number(long value) implements VhostUserPayload {
        @Override
        public Form form() {
            return Form.NUMBER;
        }
    }

    /**
     * A number about a ring.
     *
     * @param index of the ring, unsigned 32 bits
     * @param value its size, its base, or whether it is enabled; unsigned 32 bits
     */
    record VringState(int index, int value) implements VhostUserPayload {
        @Override
        public Form form() {
            return Form.VRING_STATE;
        }
    }

    /**
     * Where the parts of a ring are, as the front end's own addresses. For a packed ring the used
     * part is the device's event structure and the available part the driver's.
     *
     * @param index of the ring, unsigned 32 bits
     * @param flags whether writes are logged, which is not supported
     */
    record VringAddress(int index, int flags, long descriptors, long used, long available, long log)
            implements VhostUserPayload {
        @Override
        public Form form() {
            return Form.VRING_ADDRESS;
        }
    }

    /**
     * A piece of the front end's memory.
     *
     * @param guestAddress its address in descriptors
     * @param bytes its size
     * @param userAddress its address for the front end itself, used for the parts of rings
     * @param fileOffset where it begins in its file
     */
    record MemoryRegion(long guestAddress, long bytes, long userAddress, long fileOffset) {}

    /** All pieces of memory, in the order of the descriptors that come along. */
    record MemoryTable(List<MemoryRegion> regions) implements VhostUserPayload {

        /** As many regions as a message may have descriptors. */
        public static final int REGIONS_MAX = 8;

        /** Copies the list. */
        public MemoryTable {
            regions = List.copyOf(regions);
        }

        @Override
        public Form form() {
            return Form.MEMORY_TABLE;
        }
    }
}
