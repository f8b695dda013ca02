package dev.ringroad.testkit.fabrics;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.fabrics.initiator.HostConfig;
import dev.ringroad.nvme.fabrics.initiator.RemoteController;
import dev.ringroad.testkit.block.BlockDeviceContract;

import java.io.IOException;
import java.util.Objects;

/** A namespace of our target in memory over kernel sockets keeps what block devices keep. */
final class RemoteNamespaceContractTest extends BlockDeviceContract {
    private LoopTarget target;
    private RemoteController controller;

    @Override
    protected BlockDevice open() throws IOException {
        target = new LoopTarget(512, 1024);
        controller = RemoteController.connect(target.port(0), LoopTarget.NAME, HostConfig.usual());
        return controller.open(1);
    }

    @Override
    protected void close(BlockDevice device) throws IOException {
        device.close();
        Objects.requireNonNull(controller).close();
        Objects.requireNonNull(target).close();
    }
}
