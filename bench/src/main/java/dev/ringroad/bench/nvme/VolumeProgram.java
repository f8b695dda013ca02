package dev.ringroad.bench.nvme;

import dev.ringroad.bench.machine.FigureJvm;
import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.volume.VolumeStore;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/** Reads or writes 4 KiB at random places, in a JVM of its own: of memory, or of a volume on it. */
public final class VolumeProgram {
    /** Cases of the figures that are printed. */
    static final int RATE = 0;

    static final int ALLOCATED = 1;

    /** What is read or written. */
    static final String MEMORY = "memory";

    static final String VOLUME = "volume";

    private static final int IO_BYTES = 4096;
    private static final int BLOCK_BYTES = 512;
    private static final long BYTES = 64 << 20;
    private static final int FILL_BYTES = 1 << 20;

    private VolumeProgram() {}

    /**
     * Prints what was measured.
     *
     * @param args what is used, READ or WRITE, the depth, the processor, milliseconds of each run
     */
    public static void main(String[] args) throws IOException {
        if (args[0].equals(MEMORY)) {
            try (BlockDevice device =
                    MemoryDevice.create("bench", BLOCK_BYTES, BYTES / BLOCK_BYTES)) {
                measure(device, args);
            }
            return;
        }
        try (BlockDevice device =
                MemoryDevice.create("bench", BLOCK_BYTES, 2 * BYTES / BLOCK_BYTES)) {
            VolumeStore.format(device, VolumeStore.CLUSTER_BYTES);
            try (VolumeStore store = VolumeStore.open(device)) {
                store.create("volume", BYTES);
                try (BlockDevice volume = store.openVolume("volume")) {
                    measure(volume, args);
                }
            }
        }
    }

    private static void measure(BlockDevice device, String[] args) throws IOException {
        fill(device);
        RequestLoop.Result result =
                RequestLoop.run(
                        device,
                        BlockOperation.valueOf(args[1]),
                        Integer.parseInt(args[2]),
                        IO_BYTES,
                        Integer.parseInt(args[3]),
                        TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[4])));
        FigureJvm.print(System.out, RATE, result.rate());
        FigureJvm.print(System.out, ALLOCATED, result.allocated());
    }

    /** So that every cluster is there: what is measured is the steady state. */
    private static void fill(BlockDevice device) throws IOException {
        try (Arena arena = Arena.ofConfined();
                BlockClient client = BlockClient.open(device)) {
            MemorySegment ones = arena.allocate(FILL_BYTES, IO_BYTES).fill((byte) 1);
            int blocks = FILL_BYTES / BLOCK_BYTES;
            for (long block = 0; block < device.geometry().blocks(); block += blocks) {
                client.write(block, blocks, ones, 0);
            }
            client.flush();
        }
    }
}
