package dev.ringroad.testkit.block;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.volume.Volume;
import dev.ringroad.nvme.volume.VolumeStore;

import org.jspecify.annotations.Nullable;

/** A volume is a block device like any other; its blocks lie in clusters of a store in memory. */
final class VolumeContractTest extends BlockDeviceContract {
    private @Nullable VolumeStore store;
    private @Nullable BlockDevice below;

    @Override
    protected BlockDevice open() throws Exception {
        BlockDevice memory = MemoryDevice.create("memory", 512, 8192);
        below = memory;
        VolumeStore.format(memory, 16 << 10);
        VolumeStore opened = VolumeStore.open(memory);
        store = opened;
        opened.create("parent", 1 << 20);
        Volume parent = opened.openVolume("parent");
        parent.close();
        opened.snapshot("parent", "snapshot");
        opened.branch("snapshot", "volume");
        return opened.openVolume("volume");
    }

    @Override
    protected void close(BlockDevice device) throws Exception {
        device.close();
        if (store != null) {
            store.close();
        }
        if (below != null) {
            below.close();
        }
    }
}
