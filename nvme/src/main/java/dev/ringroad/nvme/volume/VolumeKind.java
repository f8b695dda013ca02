package dev.ringroad.nvme.volume;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.text.BlockKind;
import dev.ringroad.nvme.block.text.BlockSpec;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Volumes as a text names them. */
public final class VolumeKind {
    private VolumeKind() {}

    /** {@code volume:NAME@DEVICE}, to be added to the other kinds. */
    public static BlockKind kind() {
        return new BlockKind(
                "volume",
                "volume:NAME@DEVICE",
                "a volume, or a snapshot, of the volume store on a device",
                BlockKind.Below.ONE,
                Set.of(),
                VolumeKind::open);
    }

    private static BlockDevice open(BlockSpec spec, List<BlockDevice> below) throws IOException {
        String name = spec.requireAddress("a volume's name");
        VolumeStore store = VolumeStore.open(below.getFirst());
        try {
            return store.openLast(name);
        } catch (Throwable t) {
            store.close();
            throw t;
        }
    }
}
