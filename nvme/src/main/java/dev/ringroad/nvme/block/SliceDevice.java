package dev.ringroad.nvme.block;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A range of another device's blocks, such as a partition, numbered from 0. The device stays its
 * owner's, to be closed afterwards.
 */
public final class SliceDevice extends ComposedDevice {
    private final long firstBlock;
    private final List<String> notes;

    private SliceDevice(
            String name, Legs legs, long firstBlock, BlockGeometry geometry, List<String> notes) {
        super(name, legs, geometry, legs.operations());
        this.firstBlock = firstBlock;
        this.notes = notes;
    }

    /**
     * Makes a device of a range.
     *
     * @throws IllegalArgumentException when the device has no such blocks
     */
    public static SliceDevice of(String name, BlockDevice device, long firstBlock, long blocks) {
        Legs legs = Legs.of("partition", List.of(device));
        long present = device.geometry().blocks();
        if (firstBlock < 0 || blocks < 0 || firstBlock > present - blocks) {
            throw new IllegalArgumentException(
                    device.name()
                            + " has "
                            + present
                            + " blocks, so none has "
                            + blocks
                            + " from "
                            + firstBlock
                            + " on");
        }
        BlockGeometry geometry =
                legs.geometry(blocks, legs.requestBlocksMax(), legs.preferredBlocks());
        return new SliceDevice(name, legs, firstBlock, geometry, List.of());
    }

    /**
     * The same, with what its user ought to know of how the range was found.
     *
     * @param more among {@link #warnings} from then on
     */
    public SliceDevice withNotes(List<String> more) {
        return new SliceDevice(name(), legs(), firstBlock, geometry(), List.copyOf(more));
    }

    @Override
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(notes);
        warnings.addAll(super.warnings());
        return warnings;
    }

    /** Where it begins in the device below. */
    public long firstBlock() {
        return firstBlock;
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        Channels.requireDepth(depth);
        return new OneLegChannel(this, firstBlock, depth);
    }
}
