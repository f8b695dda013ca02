package dev.ringroad.nvme.block.gpt;

import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.SliceDevice;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The partition table of a device.
 *
 * @param disk the device's GUID
 * @param firstUsable the first block that a partition may have
 * @param lastUsable the last one
 * @param partitions by their numbers
 * @param notes what is wrong with what was not needed, such as a damaged backup; a sentence each
 */
public record PartitionTable(
        UUID disk,
        long firstUsable,
        long lastUsable,
        List<Partition> partitions,
        List<String> notes) {
    private static final long ALIGNMENT_BYTES = 1 << 20;
    private static final long BLOCKS_MIN = 3;

    public PartitionTable {
        partitions = List.copyOf(partitions);
        notes = List.copyOf(notes);
    }

    /**
     * A partition that is still to be given a place.
     *
     * @param type such as {@link Partition#LINUX_DATA}
     * @param bytes rounded up to a mebibyte; 0 for all that is left, which the last one may have
     */
    public record Wanted(String name, UUID type, long bytes) {}

    /**
     * Reads the table of a device: the first copy, or the backup when that one is damaged.
     *
     * @throws IOException when both are, or cannot be read
     */
    public static PartitionTable read(BlockDevice device) throws IOException {
        long blocks = device.geometry().blocks();
        if (blocks < BLOCKS_MIN) {
            throw new IOException(
                    device.name() + " has " + blocks + " blocks, too few for a partition table");
        }
        List<String> notes = new ArrayList<>();
        try (BlockClient client = BlockClient.open(device);
                Arena arena = Arena.ofConfined()) {
            GptReader reader = new GptReader(client, arena);
            if (!reader.isProtected()) {
                notes.add("Block 0 does not say that there is a GPT");
            }
            return read(reader, blocks - 1, notes);
        } catch (GptReader.Damaged e) {
            throw new IOException(device.name() + " has no partition table: " + e.getMessage());
        }
    }

    private static PartitionTable read(GptReader reader, long lastBlock, List<String> notes)
            throws GptReader.Damaged {
        GptReader.Copy first = null;
        String firstDamage = "";
        try {
            first = reader.read(1);
        } catch (GptReader.Damaged e) {
            firstDamage = e.getMessage();
            notes.add("The table in block 1 is damaged: " + firstDamage);
        }
        // A device that has grown has it where its end was.
        long at = first != null && first.otherBlock() > 1 ? first.otherBlock() : lastBlock;
        if (first != null && at != lastBlock) {
            notes.add("The backup of the table is said to be at block " + at + ", not at the end");
        }
        GptReader.Copy backup = null;
        String backupDamage = "";
        try {
            backup = reader.read(Math.min(at, lastBlock));
        } catch (GptReader.Damaged e) {
            backupDamage = e.getMessage();
            notes.add("The backup of the table is damaged: " + backupDamage);
        }
        if (first != null) {
            if (backup != null && !first.agreesWith(backup)) {
                notes.add("The backup of the table says something else; it was not used");
            }
            return of(first, notes);
        }
        if (backup != null) {
            return of(backup, notes);
        }
        int other = reader.otherBlockBytes();
        throw new GptReader.Damaged(
                "of the one in block 1 "
                        + firstDamage
                        + "; of the backup in the last block "
                        + backupDamage
                        + (other == 0
                                ? ""
                                : "; there is one for blocks of "
                                        + other
                                        + " bytes, so say block="
                                        + other));
    }

    private static PartitionTable of(GptReader.Copy copy, List<String> notes) {
        return new PartitionTable(
                copy.disk(), copy.firstUsable(), copy.lastUsable(), copy.partitions(), notes);
    }

    /**
     * Gives partitions places, one behind the other, each at a whole mebibyte. Nothing is written.
     *
     * @throws IllegalArgumentException when they have no room
     */
    public static PartitionTable plan(BlockGeometry geometry, UUID disk, List<Wanted> wanted) {
        int blockBytes = geometry.blockBytes();
        long entryBlocks = GptWriter.entryBlocks(blockBytes);
        long firstUsable = 2 + entryBlocks;
        long lastUsable = geometry.blocks() - 2 - entryBlocks;
        if (lastUsable < firstUsable || wanted.size() > Gpt.ENTRY_COUNT) {
            throw new IllegalArgumentException(
                    "A device of "
                            + geometry.blocks()
                            + " blocks has no room for a table, or a table none for "
                            + wanted.size()
                            + " partitions");
        }
        long unit = Math.max(1, ALIGNMENT_BYTES / blockBytes);
        List<Partition> partitions = new ArrayList<>();
        long next = (firstUsable + unit - 1) / unit * unit;
        for (Wanted wish : wanted) {
            requireName(wish.name());
            long left = lastUsable - next + 1;
            long blocks = wish.bytes() == 0 ? left : roundUp(wish.bytes(), unit, blockBytes);
            if (blocks < 1 || blocks > left) {
                throw new IllegalArgumentException(
                        "The partition \""
                                + wish.name()
                                + "\" has no room: "
                                + Math.max(0, left)
                                + " blocks are left");
            }
            int number = partitions.size() + 1;
            partitions.add(
                    new Partition(
                            number,
                            wish.type(),
                            UUID.randomUUID(),
                            next,
                            next + blocks - 1,
                            0,
                            wish.name()));
            next = (next + blocks + unit - 1) / unit * unit;
        }
        return new PartitionTable(disk, firstUsable, lastUsable, partitions, List.of());
    }

    private static void requireName(String name) {
        if (name.length() > Partition.NAME_MAX || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "A partition's name has up to "
                            + Partition.NAME_MAX
                            + " characters, not \""
                            + name
                            + "\"");
        }
    }

    private static long roundUp(long bytes, long unit, int blockBytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("A partition has no " + bytes + " bytes");
        }
        long blocks = bytes / blockBytes + (bytes % blockBytes == 0 ? 0 : 1);
        return Math.addExact(blocks, unit - 1) / unit * unit;
    }

    /**
     * Writes the table, instead of one that the device may have. Partitions' content is not
     * touched.
     *
     * @throws IllegalArgumentException when it does not fit the device, or partitions overlap;
     *     nothing is written then
     */
    public void write(BlockDevice device) throws IOException {
        BlockGeometry geometry = device.geometry();
        long entryBlocks = GptWriter.entryBlocks(geometry.blockBytes());
        boolean fits =
                firstUsable >= 2 + entryBlocks
                        && firstUsable <= lastUsable
                        && lastUsable <= geometry.blocks() - 2 - entryBlocks;
        if (!fits) {
            throw new IllegalArgumentException(
                    "The table does not fit a device of " + geometry.blocks() + " blocks");
        }
        try {
            GptReader.check(partitions, firstUsable, lastUsable);
        } catch (GptReader.Damaged e) {
            throw new IllegalArgumentException("Not a table: " + e.getMessage(), e);
        }
        requireNumbers();
        try (BlockClient client = BlockClient.open(device);
                Arena arena = Arena.ofConfined()) {
            new GptWriter(client, arena).write(this);
        }
    }

    private void requireNumbers() {
        boolean[] taken = new boolean[Gpt.ENTRY_COUNT + 1];
        for (Partition partition : partitions) {
            int number = partition.number();
            requireName(partition.name());
            if (number < 1
                    || number > Gpt.ENTRY_COUNT
                    || taken[number]
                    || partition.type().equals(Gpt.NO_TYPE)) {
                throw new IllegalArgumentException(
                        "Partition "
                                + number
                                + " has no number, or no type, that a table can have");
            }
            taken[number] = true;
        }
    }

    /**
     * A partition as a device, whose warnings have the notes.
     *
     * @param device whose table this is; stays its owner's, to be closed afterwards
     * @throws IOException when there is no such partition
     */
    public SliceDevice open(String name, BlockDevice device, int number) throws IOException {
        for (Partition partition : partitions) {
            if (partition.number() == number) {
                return SliceDevice.of(name, device, partition.firstBlock(), partition.blocks())
                        .withNotes(
                                notes.stream().map(note -> device.name() + ": " + note).toList());
            }
        }
        throw new IOException(
                device.name()
                        + " has no partition "
                        + number
                        + "; it has "
                        + (partitions.isEmpty()
                                ? "none"
                                : String.join(
                                        ", ",
                                        partitions.stream()
                                                .map(each -> Integer.toString(each.number()))
                                                .toList())));
    }
}
