package dev.ringroad.testkit.nvme;

import dev.ringroad.bench.nvme.InstantController;
import dev.ringroad.bench.nvme.ModelDevice;
import dev.ringroad.bench.nvme.ModelThread;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.drive.NvmeDrive;
import dev.ringroad.testkit.block.BlockDeviceContract;

import org.jspecify.annotations.Nullable;

/** What every block device keeps, kept by a drive with a model on a thread of its own. */
abstract class DriveContract extends BlockDeviceContract {
    private static final int BLOCKS = 4096;

    private @Nullable ModelDevice device;
    private @Nullable ModelThread thread;
    private @Nullable NvmeController controller;

    /** Bytes of metadata of each block. */
    abstract int metadataBytes();

    /** Whether metadata follow each block in the data. */
    abstract boolean isExtended();

    @Override
    protected BlockDevice open() throws Exception {
        ModelDevice opened = new ModelDevice(InstantController.registerBytes(), 64 << 20);
        device = opened;
        thread =
                new ModelThread(
                        new DiskController(opened, BLOCKS, metadataBytes(), isExtended()), -1);
        NvmeController own = NvmeController.open(opened, NvmeConfig.standard());
        controller = own;
        return NvmeDrive.of(own, own.namespace(1));
    }

    @Override
    protected void close(BlockDevice drive) throws Exception {
        super.close(drive);
        if (controller != null) {
            controller.close();
        }
        if (thread != null) {
            thread.close();
        }
        if (device != null) {
            device.free();
        }
    }
}
