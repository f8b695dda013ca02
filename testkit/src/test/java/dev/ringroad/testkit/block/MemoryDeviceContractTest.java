package dev.ringroad.testkit.block;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.MemoryDevice;

class MemoryDeviceContractTest extends BlockDeviceContract {

    @Override
    protected BlockDevice open() throws Exception {
        return MemoryDevice.create("contract", 512, 100);
    }
}
