package dev.ringroad.testkit.block;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.NullDevice;

class NullDeviceContractTest extends BlockDeviceContract {

    @Override
    protected BlockDevice open() {
        return new NullDevice("contract", 4096, 1L << 40);
    }

    @Override
    protected boolean keepsContent() {
        return false;
    }
}
