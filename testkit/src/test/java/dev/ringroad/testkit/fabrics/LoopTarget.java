package dev.ringroad.testkit.fabrics;

import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.fabrics.serve.ExportedNamespace;
import dev.ringroad.nvme.fabrics.serve.NvmeTcpTarget;
import dev.ringroad.nvme.fabrics.serve.TargetConfig;
import dev.ringroad.nvme.fabrics.serve.TargetSubsystem;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** A target of this house at two ports of the loopback, over memory. */
final class LoopTarget implements AutoCloseable {
    static final String NAME = "nqn.2024-01.dev.ringroad:loop";

    final MemoryDevice device;
    final TargetSubsystem subsystem = new TargetSubsystem(NAME, "LOOP");
    private NvmeTcpTarget target;

    LoopTarget(int blockBytes, long blocks) throws IOException {
        device = MemoryDevice.create("memory", blockBytes, blocks);
        subsystem.add(ExportedNamespace.of(NAME, 1, device));
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        target = open(List.of(any, any));
    }

    private NvmeTcpTarget open(List<InetSocketAddress> ports) throws IOException {
        return NvmeTcpTarget.open(TargetConfig.defaults(), List.of(subsystem), ports);
    }

    InetSocketAddress port(int index) {
        return target.ports().get(index);
    }

    /** Ends every connection, and listens again at the same ports. */
    void restart() throws IOException {
        List<InetSocketAddress> ports = target.ports();
        target.close();
        target = open(ports);
    }

    @Override
    public void close() {
        target.close();
        device.close();
    }
}
