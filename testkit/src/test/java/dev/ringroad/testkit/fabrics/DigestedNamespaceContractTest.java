package dev.ringroad.testkit.fabrics;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.fabrics.initiator.HostConfig;
import dev.ringroad.nvme.fabrics.initiator.RemoteController;
import dev.ringroad.nvme.fabrics.transport.ChannelStreams;
import dev.ringroad.testkit.block.BlockDeviceContract;

import java.io.IOException;
import java.util.Objects;

/**
 * A namespace of our target in memory with digests, over channels of java.nio keeps what block
 * devices keep.
 */
final class DigestedNamespaceContractTest extends BlockDeviceContract {
    private LoopTarget target;
    private RemoteController controller;

    @Override
    protected BlockDevice open() throws IOException {
        target = new LoopTarget(4096, 1024);
        controller =
                RemoteController.connect(
                        target.port(0),
                        LoopTarget.NAME,
                        HostConfig.usual()
                                .withDigests(true, true)
                                .withStreams(ChannelStreams.INSTANCE));
        return controller.open(1);
    }

    @Override
    protected void close(BlockDevice device) throws IOException {
        device.close();
        Objects.requireNonNull(controller).close();
        Objects.requireNonNull(target).close();
    }
}
