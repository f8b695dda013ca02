package dev.ringroad.nvme.volume;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.text.BlockKind;
import dev.ringroad.nvme.block.text.BlockSpec;
import dev.ringroad.nvme.block.text.BlockTexts;

import java.io.IOException;
import java.util.Set;

/** Volumes as a text names them; several of one store can be open at once. */
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

    private static BlockDevice open(BlockSpec spec, BlockTexts texts) throws IOException {
        String name = spec.requireAddress("a volume's name");
        SharedStore shared = SharedStore.open(spec.below().getFirst(), texts);
        try {
            return shared.store().openVolume(name, shared);
        } catch (Throwable t) {
            shared.close();
            throw t;
        }
    }
}
