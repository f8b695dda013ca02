package dev.ringroad.bench.nvme;

import dev.ringroad.bench.machine.FigureJvm;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.block.file.FileBlocks;
import dev.ringroad.nvme.block.file.FileOptions;
import dev.ringroad.nvme.fabrics.initiator.HostConfig;
import dev.ringroad.nvme.fabrics.initiator.RemoteNamespace;
import dev.ringroad.nvme.fabrics.serve.ExportedNamespace;
import dev.ringroad.nvme.fabrics.serve.NvmeTcpTarget;
import dev.ringroad.nvme.fabrics.serve.TargetConfig;
import dev.ringroad.nvme.fabrics.serve.TargetSubsystem;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Reads 4 KiB at random places, in a JVM of its own: of a file, or of a target in a thread. */
public final class TcpLoopProgram {
    /** Cases of the figures that are printed. */
    static final int RATE = 0;

    /** What is read. */
    static final String FILE = "file";

    static final String FILE_OVER_TCP = "file-over-tcp";
    static final String MEMORY_OVER_TCP = "memory-over-tcp";

    private static final String NAME = "nqn.2024-01.dev.ringroad:bench";
    private static final int DEPTH = 32;
    private static final int READ_BYTES = 4096;
    private static final int BLOCK_BYTES = 512;

    private TcpLoopProgram() {}

    /**
     * Prints what was measured.
     *
     * @param args what is read, the reader's processor, milliseconds of each run, the file
     */
    public static void main(String[] args) throws IOException {
        long nanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[2]));
        try (BlockDevice device =
                args[0].equals(MEMORY_OVER_TCP)
                        ? MemoryDevice.create("bench", BLOCK_BYTES, 1 << 17)
                        : FileBlocks.open(Path.of(args[3]), FileOptions.ordinary())) {
            int cpu = Integer.parseInt(args[1]);
            double rate =
                    args[0].equals(FILE) ? rate(device, cpu, nanos) : served(device, cpu, nanos);
            FigureJvm.print(System.out, RATE, rate);
        }
    }

    private static double served(BlockDevice device, int cpu, long nanos) throws IOException {
        TargetSubsystem subsystem = new TargetSubsystem(NAME, "BENCH");
        subsystem.add(ExportedNamespace.of(NAME, 1, device));
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (NvmeTcpTarget target =
                        NvmeTcpTarget.open(
                                TargetConfig.defaults(), List.of(subsystem), List.of(any));
                RemoteNamespace remote =
                        RemoteNamespace.connect(
                                target.ports().getFirst(), NAME, 1, HostConfig.usual())) {
            return rate(remote, cpu, nanos);
        }
    }

    private static double rate(BlockDevice device, int cpu, long nanos) throws IOException {
        return RequestLoop.run(device, BlockOperation.READ, DEPTH, READ_BYTES, cpu, nanos).rate();
    }
}
