package dev.ringroad.nvme.block;

import dev.ringroad.core.memory.SharedRegion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Devices that another one is made of, brought to a common shape: blocks as large as the largest,
 * alignment that does for all, operations that all of them have, if need be by falling back.
 */
final class Legs {
    /** The most that a device is made of: each is a bit of a number. */
    static final int COUNT_MAX = 31;

    private final List<BlockDevice> devices;
    private final int blockBytes;
    private final int[] blockShifts;

    private Legs(List<BlockDevice> devices) {
        this.devices = devices;
        blockBytes = devices.stream().mapToInt(leg -> leg.geometry().blockBytes()).max().orElse(0);
        blockShifts =
                devices.stream()
                        .mapToInt(leg -> blockBytes / leg.geometry().blockBytes())
                        .map(Integer::numberOfTrailingZeros)
                        .toArray();
    }

    /**
     * Brings devices together.
     *
     * @param what they are to be, for messages
     * @throws IllegalArgumentException when they do not fit
     */
    static Legs of(String what, List<BlockDevice> devices) {
        if (devices.isEmpty() || devices.size() > COUNT_MAX) {
            throw new IllegalArgumentException(
                    "A "
                            + what
                            + " is made of 1 to "
                            + COUNT_MAX
                            + " devices, not "
                            + devices.size());
        }
        Legs legs = new Legs(levelled(devices));
        for (int i = 0; i < devices.size(); i++) {
            BlockGeometry shape = devices.get(i).geometry();
            if (shape.dataAlignment() > legs.blockBytes
                    || shape.requestBlocksMax() >> legs.blockShifts[i] == 0) {
                throw new IllegalArgumentException(
                        devices.get(i).name()
                                + " cannot be a part of a "
                                + what
                                + " with blocks of "
                                + legs.blockBytes
                                + " bytes: it takes requests of up to "
                                + shape.requestBlocksMax()
                                + " blocks of "
                                + shape.blockBytes()
                                + ", aligned to "
                                + shape.dataAlignment());
            }
        }
        return legs;
    }

    /** A device as it is. */
    static Legs only(BlockDevice device) {
        return new Legs(List.of(device));
    }

    /** Has legs fall back to what the others can do without. */
    private static List<BlockDevice> levelled(List<BlockDevice> devices) {
        Set<BlockOperation> wanted = EnumSet.noneOf(BlockOperation.class);
        devices.forEach(device -> wanted.addAll(device.operations()));
        List<BlockDevice> levelled = new ArrayList<>();
        for (BlockDevice device : devices) {
            levelled.add(FallbackDevice.adds(device, wanted) ? new FallbackDevice(device) : device);
        }
        return Collections.unmodifiableList(levelled);
    }

    List<BlockDevice> devices() {
        return devices;
    }

    int count() {
        return devices.size();
    }

    /** How many blocks of each leg make a common one, as a power of two; the channel's to read. */
    int[] blockShifts() {
        return blockShifts;
    }

    int blockBytes() {
        return blockBytes;
    }

    /** Whole common blocks of a leg. */
    long blocks(int leg) {
        return devices.get(leg).geometry().blocks() >> blockShifts[leg];
    }

    /** The most common blocks that a leg takes at once. */
    int requestBlocksMax(int leg) {
        return devices.get(leg).geometry().requestBlocksMax() >> blockShifts[leg];
    }

    /** What every leg takes at once. */
    int requestBlocksMax() {
        int least = Integer.MAX_VALUE;
        for (int leg = 0; leg < count(); leg++) {
            least = Math.min(least, requestBlocksMax(leg));
        }
        return least;
    }

    /** That of the leg with the fewest. */
    long blocksMin() {
        long least = Long.MAX_VALUE;
        for (int leg = 0; leg < count(); leg++) {
            least = Math.min(least, blocks(leg));
        }
        return least;
    }

    /** A shape with what legs have in common. */
    BlockGeometry geometry(long blocks, int requestBlocksMax, int preferredBlocks) {
        int alignment = 1;
        int metadata = devices.getFirst().geometry().metadataBytes();
        for (int leg = 0; leg < count(); leg++) {
            BlockGeometry shape = devices.get(leg).geometry();
            alignment = Math.max(alignment, shape.dataAlignment());
            if (shape.metadataBytes() != metadata || blockShifts[leg] != 0) {
                metadata = 0;
            }
        }
        return new BlockGeometry(
                blockBytes, blocks, metadata, requestBlocksMax, alignment, preferredBlocks);
    }

    /** The largest size that a leg prefers, in common blocks. */
    int preferredBlocks() {
        int most = 1;
        for (int leg = 0; leg < count(); leg++) {
            most =
                    Math.max(
                            most,
                            devices.get(leg).geometry().preferredBlocks() >> blockShifts[leg]);
        }
        return most;
    }

    /** What all of them can do. */
    Set<BlockOperation> operations() {
        Set<BlockOperation> common = EnumSet.allOf(BlockOperation.class);
        devices.forEach(device -> common.retainAll(device.operations()));
        return common;
    }

    BlockClaim claim() throws IOException {
        List<BlockClaim> claims = new ArrayList<>();
        BlockClaim all = () -> claims.forEach(BlockClaim::close);
        try {
            for (BlockDevice device : devices) {
                claims.add(device.claim());
            }
        } catch (Throwable t) {
            all.close();
            throw t;
        }
        return all;
    }

    void register(SharedRegion region) throws IOException {
        int done = 0;
        try {
            for (BlockDevice device : devices) {
                device.register(region);
                done++;
            }
        } catch (Throwable t) {
            devices.subList(0, done).forEach(device -> device.unregister(region));
            throw t;
        }
    }

    void unregister(SharedRegion region) {
        devices.forEach(device -> device.unregister(region));
    }
}
