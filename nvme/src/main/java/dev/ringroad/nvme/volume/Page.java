package dev.ringroad.nvme.volume;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The bytes of a page of metadata, all numbers little-endian.
 *
 * <pre>
 *  byte 0      4      8       16          24        32      36     40     44       64
 *       | CRC  | kind | page  | generation| store   | owner | index| used | zeroes | by kind ...
 * </pre>
 *
 * CRC is the CRC-32C (RFC 3720, appendix B.4) of bytes 4 to 4095; page is the page's own number on
 * the device; generation is the commit that wrote it; store is the store's identity; owner is the
 * volume, or for a leaf the family of volumes that descend from each other; index is its place
 * among its siblings; used is how many entries are not 0.
 *
 * <pre>
 * superblock  64 version  68 block bytes  72 cluster bytes  76 clusters   80 next volume
 *             84 volumes  88 clusters with data, summed      128 catalogue pages (64 of 8 bytes)
 * catalogue   64 volume pages (504 of 8 bytes)
 * volume      64 volume   68 origin       72 flags          76 bytes of the name
 *             80 size in clusters         88 clusters with data            96 created, ms
 *             104 family  128 name (64 bytes, UTF-8)        192 directories (488 of 8 bytes)
 * directory   64 leaves (504 of 8 bytes)
 * leaf        64 clusters (1008 of 4 bytes)
 * </pre>
 */
final class Page {
    static final int BYTES = 4096;
    static final int SUPERBLOCK = 0x53565252; // "RRVS"
    static final int CATALOGUE = 0x43565252; // "RRVC"
    static final int VOLUME = 0x56565252; // "RRVV"
    static final int DIRECTORY = 0x44565252; // "RRVD"
    static final int LEAF = 0x4C565252; // "RRVL"

    static final long SUPERBLOCK_PAGE = 0;
    static final long TWIN_PAGE = 2;

    static final int VERSION = 1;
    static final int CATALOGUE_PAGES_MAX = 64;
    static final int VOLUMES_OF_PAGE = 504;
    static final int DIRECTORIES = 488;
    static final int LEAVES_OF_DIRECTORY = 504;
    static final int CLUSTERS_OF_LEAF = 1008;
    static final int NAME_BYTES_MAX = 64;

    /** The clusters of the largest volume. */
    static final int VOLUME_CLUSTERS_MAX = DIRECTORIES * LEAVES_OF_DIRECTORY * CLUSTERS_OF_LEAF;

    static final int HEADER = 64;
    static final int NAME = 128;
    static final int CATALOGUE_LIST = 128;
    static final int DIRECTORY_LIST = 192;

    private static final int CRC = 0;
    private static final int KIND = 4;
    private static final int NUMBER = 8;
    private static final int GENERATION = 16;
    private static final int STORE = 24;
    private static final int OWNER = 32;
    private static final int INDEX = 36;
    private static final int USED = 40;

    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static {
        require(CATALOGUE_LIST + CATALOGUE_PAGES_MAX * Long.BYTES <= BYTES);
        require(HEADER + VOLUMES_OF_PAGE * Long.BYTES == BYTES);
        require(DIRECTORY_LIST + DIRECTORIES * Long.BYTES == BYTES);
        require(HEADER + LEAVES_OF_DIRECTORY * Long.BYTES == BYTES);
        require(HEADER + CLUSTERS_OF_LEAF * Integer.BYTES == BYTES);
        require(NAME + NAME_BYTES_MAX == DIRECTORY_LIST);
        require((long) DIRECTORIES * LEAVES_OF_DIRECTORY * CLUSTERS_OF_LEAF < 1L << 31);
    }

    private final MemorySegment memory;

    /**
     * @param memory its 4096 bytes
     */
    Page(MemorySegment memory) {
        this.memory = memory;
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new ExceptionInInitializerError(
                    "The layout of metadata pages contradicts itself");
        }
    }

    /** Begins a new page: everything behind the header is zero. */
    Page begin(int kind, long number, long generation, long store) {
        memory.fill((byte) 0);
        putInt(KIND, kind);
        putLong(NUMBER, number);
        putLong(GENERATION, generation);
        putLong(STORE, store);
        return this;
    }

    Page place(int owner, int index, int used) {
        putInt(OWNER, owner);
        putInt(INDEX, index);
        putInt(USED, used);
        return this;
    }

    /** Puts the checksum over what was written. */
    void seal() {
        putInt(CRC, checksum());
    }

    boolean hasValidChecksum() {
        return intAt(CRC) == checksum();
    }

    private int checksum() {
        CRC32C sum = new CRC32C();
        sum.update(memory.asSlice(KIND, BYTES - KIND).asByteBuffer());
        return (int) sum.getValue();
    }

    int kind() {
        return intAt(KIND);
    }

    long number() {
        return longAt(NUMBER);
    }

    long generation() {
        return longAt(GENERATION);
    }

    long store() {
        return longAt(STORE);
    }

    int owner() {
        return intAt(OWNER);
    }

    int index() {
        return intAt(INDEX);
    }

    int used() {
        return intAt(USED);
    }

    int intAt(long offset) {
        return memory.get(INT, offset);
    }

    long longAt(long offset) {
        return memory.get(LONG, offset);
    }

    void putInt(long offset, int value) {
        memory.set(INT, offset, value);
    }

    void putLong(long offset, long value) {
        memory.set(LONG, offset, value);
    }

    byte[] bytes(long offset, int count) {
        return memory.asSlice(offset, count).toArray(ValueLayout.JAVA_BYTE);
    }

    void putBytes(long offset, byte[] bytes) {
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, offset, bytes.length);
    }
}
