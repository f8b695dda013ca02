package dev.ringroad.nvme.block.gpt;

import java.util.UUID;

/**
 * A partition of a {@link PartitionTable}.
 *
 * @param number its place in the table, from 1 on
 * @param type what it is for, such as {@link #LINUX_DATA}; never all zeroes
 * @param id its own
 * @param firstBlock of the device
 * @param lastBlock of the device, which is its own too
 * @param attributes bits of the specification's table 5.8
 * @param name up to 36 characters
 */
public record Partition(
        int number,
        UUID type,
        UUID id,
        long firstBlock,
        long lastBlock,
        long attributes,
        String name) {
    /** File systems of Linux. */
    public static final UUID LINUX_DATA = UUID.fromString("0fc63daf-8483-4772-8e79-3d69d8477de4");

    /** The most characters of a name. */
    public static final int NAME_MAX = 36;

    /** How many blocks it has. */
    public long blocks() {
        return lastBlock - firstBlock + 1;
    }
}
