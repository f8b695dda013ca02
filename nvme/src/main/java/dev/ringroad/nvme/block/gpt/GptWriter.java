package dev.ringroad.nvme.block.gpt;

import dev.ringroad.nvme.block.BlockClient;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Writes both copies of a table and the protective block 0. The backup is durable before the first
 * copy is touched, so that after a power cut one of the two is whole.
 */
final class GptWriter {
    private static final int MBR_FIRST_BLOCK_AT = 8;
    private static final int MBR_BLOCKS_AT = 12;

    private final BlockClient client;
    private final int blockBytes;
    private final long blocks;
    private final long entryBlocks;
    private final MemorySegment block;
    private final MemorySegment entries;

    GptWriter(BlockClient client, Arena arena) {
        this.client = client;
        blockBytes = client.device().geometry().blockBytes();
        blocks = client.device().geometry().blocks();
        entryBlocks = entryBlocks(blockBytes);
        block = arena.allocate(blockBytes, blockBytes);
        entries = arena.allocate(entryBlocks * blockBytes, blockBytes);
    }

    static long entryBlocks(int blockBytes) {
        return ((long) Gpt.ENTRY_COUNT * Gpt.ENTRY_BYTES + blockBytes - 1) / blockBytes;
    }

    void write(PartitionTable table) throws IOException {
        fillEntries(table);
        writeCopy(table, blocks - 1, 1, blocks - 1 - entryBlocks);
        client.flush();
        writeCopy(table, 1, blocks - 1, 2);
        writeProtective();
        client.flush();
    }

    private void fillEntries(PartitionTable table) {
        entries.fill((byte) 0);
        for (Partition partition : table.partitions()) {
            long at = (partition.number() - 1L) * Gpt.ENTRY_BYTES;
            MemorySegment entry = entries.asSlice(at, Gpt.ENTRY_BYTES);
            Gpt.guidAt(entry, Gpt.TYPE_AT, partition.type());
            Gpt.guidAt(entry, Gpt.ID_AT, partition.id());
            Gpt.longAt(entry, Gpt.FIRST_BLOCK_AT, partition.firstBlock());
            Gpt.longAt(entry, Gpt.LAST_BLOCK_AT, partition.lastBlock());
            Gpt.longAt(entry, Gpt.ATTRIBUTES_AT, partition.attributes());
            String name = partition.name();
            for (int i = 0; i < name.length(); i++) {
                Gpt.shortAt(entry, Gpt.NAME_AT + 2L * i, (short) name.charAt(i));
            }
        }
    }

    private void writeCopy(PartitionTable table, long own, long other, long entriesBlock)
            throws IOException {
        client.write(entriesBlock, entryBlocks, entries, 0);
        block.fill((byte) 0);
        Gpt.longAt(block, 0, Gpt.SIGNATURE);
        Gpt.intAt(block, Gpt.REVISION_AT, Gpt.REVISION);
        Gpt.intAt(block, Gpt.HEADER_BYTES_AT, Gpt.HEADER_BYTES);
        Gpt.longAt(block, Gpt.OWN_BLOCK_AT, own);
        Gpt.longAt(block, Gpt.OTHER_BLOCK_AT, other);
        Gpt.longAt(block, Gpt.FIRST_USABLE_AT, table.firstUsable());
        Gpt.longAt(block, Gpt.LAST_USABLE_AT, table.lastUsable());
        Gpt.guidAt(block, Gpt.DISK_AT, table.disk());
        Gpt.longAt(block, Gpt.ENTRIES_BLOCK_AT, entriesBlock);
        Gpt.intAt(block, Gpt.ENTRY_COUNT_AT, Gpt.ENTRY_COUNT);
        Gpt.intAt(block, Gpt.ENTRY_BYTES_AT, Gpt.ENTRY_BYTES);
        long bytes = (long) Gpt.ENTRY_COUNT * Gpt.ENTRY_BYTES;
        Gpt.intAt(block, Gpt.ENTRIES_CRC_AT, Gpt.crc(entries, 0, bytes));
        Gpt.intAt(block, Gpt.HEADER_CRC_AT, Gpt.crc(block, 0, Gpt.HEADER_BYTES));
        client.write(own, 1, block, 0);
    }

    /** One partition of the type 0xEE over everything (section 5.2.3); its boot code stays. */
    private void writeProtective() throws IOException {
        client.read(0, 1, block, 0);
        long at = Gpt.MBR_ENTRY_AT;
        block.asSlice(at, (long) Gpt.MBR_ENTRIES * Gpt.MBR_ENTRY_BYTES).fill((byte) 0);
        // Cylinder 0, head 0, sector 2; and an end beyond what those numbers can say.
        Gpt.intAt(block, at, 0x0002_0000);
        Gpt.intAt(block, at + 4, 0xffff_ff00 | (Gpt.MBR_PROTECTIVE & 0xff));
        Gpt.intAt(block, at + MBR_FIRST_BLOCK_AT, 1);
        Gpt.intAt(block, at + MBR_BLOCKS_AT, (int) Math.min(blocks - 1, 0xffff_ffffL));
        Gpt.shortAt(block, Gpt.MBR_SIGNATURE_AT, Gpt.MBR_SIGNATURE);
        client.write(0, 1, block, 0);
    }
}
