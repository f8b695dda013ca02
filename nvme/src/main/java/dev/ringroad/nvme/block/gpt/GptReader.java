package dev.ringroad.nvme.block.gpt;

import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/** Reads one of the two copies of a table, and believes none of it before it is checked. */
final class GptReader {
    /** More entries than anybody has: what a header says is bounded by it. */
    private static final long ENTRIES_BYTES_MAX = 1 << 20;

    private static final int ENTRY_BYTES_MAX = 4096;
    private static final int SMALL_BLOCK_BYTES = 512;
    private static final int LARGE_BLOCK_BYTES = 4096;

    private final BlockClient client;
    private final Arena arena;
    private final long blocks;
    private final int blockBytes;

    GptReader(BlockClient client, Arena arena) {
        this.client = client;
        this.arena = arena;
        BlockDevice device = client.device();
        blocks = device.geometry().blocks();
        blockBytes = device.geometry().blockBytes();
    }

    /** A copy of the table is no good, and why. */
    static final class Damaged extends Exception {
        private static final long serialVersionUID = 1;

        Damaged(String why) {
            super(why);
        }
    }

    /**
     * What a copy says.
     *
     * @param otherBlock where it says that the other copy is
     */
    record Copy(
            long otherBlock,
            UUID disk,
            long firstUsable,
            long lastUsable,
            List<Partition> partitions) {
        /** Whether both are of one table. */
        boolean agreesWith(Copy other) {
            return disk.equals(other.disk)
                    && firstUsable == other.firstUsable
                    && lastUsable == other.lastUsable
                    && partitions.equals(other.partitions);
        }
    }

    private static void require(boolean condition, String why) throws Damaged {
        if (!condition) {
            throw new Damaged(why);
        }
    }

    /**
     * @param own the block of the header
     */
    Copy read(long own) throws Damaged {
        MemorySegment header = arena.allocate(blockBytes, blockBytes);
        read(own, 1, header);
        checkHeader(header, own);
        long first = Gpt.longAt(header, Gpt.FIRST_USABLE_AT);
        long last = Gpt.longAt(header, Gpt.LAST_USABLE_AT);
        long entriesBlock = Gpt.longAt(header, Gpt.ENTRIES_BLOCK_AT);
        int count = Gpt.intAt(header, Gpt.ENTRY_COUNT_AT);
        int entryBytes = Gpt.intAt(header, Gpt.ENTRY_BYTES_AT);
        long bytes = checkShape(count, entryBytes);
        long entryBlocks = (bytes + blockBytes - 1) / blockBytes;
        checkPlaces(own, first, last, entriesBlock, entryBlocks);

        MemorySegment entries = arena.allocate(entryBlocks * blockBytes, blockBytes);
        read(entriesBlock, entryBlocks, entries);
        require(
                Gpt.crc(entries, 0, bytes) == Gpt.intAt(header, Gpt.ENTRIES_CRC_AT),
                "the checksum of its entries does not match");
        List<Partition> partitions = partitions(entries, count, entryBytes, first, last);
        long other = Gpt.longAt(header, Gpt.OTHER_BLOCK_AT);
        return new Copy(other, Gpt.guidAt(header, Gpt.DISK_AT), first, last, partitions);
    }

    private void read(long block, long count, MemorySegment into) throws Damaged {
        try {
            client.read(block, count, into, 0);
        } catch (BlockException e) {
            throw new Damaged("it cannot be read: " + e.status().sentence());
        }
    }

    private void checkHeader(MemorySegment header, long own) throws Damaged {
        require(Gpt.longAt(header, 0) == Gpt.SIGNATURE, "it does not begin with \"EFI PART\"");
        int bytes = Gpt.intAt(header, Gpt.HEADER_BYTES_AT);
        require(
                bytes >= Gpt.HEADER_BYTES && bytes <= blockBytes,
                "its header has " + Integer.toUnsignedLong(bytes) + " bytes");
        int told = Gpt.intAt(header, Gpt.HEADER_CRC_AT);
        Gpt.intAt(header, Gpt.HEADER_CRC_AT, 0);
        require(Gpt.crc(header, 0, bytes) == told, "the checksum of its header does not match");
        require(
                Gpt.intAt(header, Gpt.REVISION_AT) >>> 16 == Gpt.REVISION >>> 16,
                "its revision is not 1");
        require(
                Gpt.longAt(header, Gpt.OWN_BLOCK_AT) == own,
                "it says that it is at block " + Gpt.longAt(header, Gpt.OWN_BLOCK_AT));
    }

    private static long checkShape(int count, int entryBytes) throws Damaged {
        require(
                entryBytes >= Gpt.ENTRY_BYTES
                        && entryBytes <= ENTRY_BYTES_MAX
                        && Integer.bitCount(entryBytes) == 1,
                "an entry has " + Integer.toUnsignedLong(entryBytes) + " bytes");
        long bytes = (long) count * entryBytes;
        require(
                count > 0 && bytes <= ENTRIES_BYTES_MAX,
                "it has " + Integer.toUnsignedLong(count) + " entries");
        return bytes;
    }

    private void checkPlaces(long own, long first, long last, long entries, long entryBlocks)
            throws Damaged {
        require(
                first >= 2 && first <= last && last < blocks - 1,
                "its usable blocks are " + first + " to " + last + " of " + blocks);
        boolean inFront = entries >= 2 && entries <= first - entryBlocks;
        boolean behind = entries > last && entries <= blocks - 1 - entryBlocks;
        require(
                own == 1 ? inFront : behind,
                "its entries are at block " + entries + ", where they cannot be");
    }

    private static List<Partition> partitions(
            MemorySegment entries, int count, int entryBytes, long first, long last)
            throws Damaged {
        List<Partition> partitions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            MemorySegment entry = entries.asSlice((long) i * entryBytes, entryBytes);
            if (!Gpt.guidAt(entry, Gpt.TYPE_AT).equals(Gpt.NO_TYPE)) {
                partitions.add(partition(entry, i + 1));
            }
        }
        check(partitions, first, last);
        return partitions;
    }

    /** No partition outside what is usable, and none over another. */
    static void check(List<Partition> partitions, long first, long last) throws Damaged {
        List<Partition> ordered =
                partitions.stream()
                        .sorted(Comparator.comparingLong(Partition::firstBlock))
                        .toList();
        long free = first;
        for (Partition partition : ordered) {
            long begin = partition.firstBlock();
            long end = partition.lastBlock();
            require(
                    begin >= first && begin <= end && end <= last,
                    "partition "
                            + partition.number()
                            + " is said to have the blocks "
                            + begin
                            + " to "
                            + end
                            + ", and usable are "
                            + first
                            + " to "
                            + last);
            require(
                    begin >= free,
                    "partition "
                            + partition.number()
                            + " begins at block "
                            + begin
                            + ", inside another");
            free = end + 1;
        }
    }

    private static Partition partition(MemorySegment entry, int number) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < Partition.NAME_MAX; i++) {
            char c = (char) Gpt.shortAt(entry, Gpt.NAME_AT + 2L * i);
            if (c == 0) {
                break;
            }
            // A name is shown to people; what steers a terminal is not.
            name.append(Character.isISOControl(c) ? '?' : c);
        }
        return new Partition(
                number,
                Gpt.guidAt(entry, Gpt.TYPE_AT),
                Gpt.guidAt(entry, Gpt.ID_AT),
                Gpt.longAt(entry, Gpt.FIRST_BLOCK_AT),
                Gpt.longAt(entry, Gpt.LAST_BLOCK_AT),
                Gpt.longAt(entry, Gpt.ATTRIBUTES_AT),
                name.toString());
    }

    /** Whether block 0 says to those who know no GPT that the device is taken. */
    boolean isProtected() {
        MemorySegment block = arena.allocate(blockBytes, blockBytes);
        try {
            read(0, 1, block);
        } catch (Damaged e) {
            return false;
        }
        if (Gpt.shortAt(block, Gpt.MBR_SIGNATURE_AT) != Gpt.MBR_SIGNATURE) {
            return false;
        }
        for (int i = 0; i < Gpt.MBR_ENTRIES; i++) {
            long type = Gpt.MBR_ENTRY_AT + (long) i * Gpt.MBR_ENTRY_BYTES + 4;
            if ((byte) Gpt.shortAt(block, type) == Gpt.MBR_PROTECTIVE) {
                return true;
            }
        }
        return false;
    }

    /** The size of blocks for which a table seems to be made, of the usual two; 0 if for none. */
    int otherBlockBytes() {
        int other = blockBytes == SMALL_BLOCK_BYTES ? LARGE_BLOCK_BYTES : SMALL_BLOCK_BYTES;
        long block = other / blockBytes;
        if (block >= blocks) {
            return 0;
        }
        MemorySegment memory = arena.allocate(blockBytes, blockBytes);
        try {
            read(block, 1, memory);
        } catch (Damaged e) {
            return 0;
        }
        return Gpt.longAt(memory, other % blockBytes) == Gpt.SIGNATURE ? other : 0;
    }
}
