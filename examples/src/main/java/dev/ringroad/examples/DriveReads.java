package dev.ringroad.examples;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeControllers;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.nvme.command.NvmeStatus;

import java.io.IOException;

/**
 * Reads an NVMe drive without the kernel: a controller, a queue pair, and as many reads under way
 * as the queue is deep, each followed by the next from its completion.
 *
 * <p>The drive is one that {@code ringroad pci bind} has taken from the kernel; it is only read.
 * With a JDK 25, as root or whoever owns the drive's VFIO group:
 *
 * <pre>
 *   java --enable-native-access=ALL-UNNAMED -cp 'cli/target/dist/lib/*:examples/target/classes' \
 *       dev.ringroad.examples.DriveReads 0000:01:00.0
 * </pre>
 */
public final class DriveReads {
    private static final int DEPTH = 32;
    private static final int READS = 10_000;

    private final QueuePair pair;
    private final NvmeNamespace namespace;
    private final DmaMemory memory;
    private long begun;
    private long done;
    private int failure;

    private DriveReads(NvmeController controller, NvmeNamespace namespace) throws IOException {
        this.namespace = namespace;
        // Memory that the drive may reach; it lives as long as the controller.
        memory = controller.dma().allocate("example", (long) DEPTH * namespace.blockDataBytes());
        pair = controller.createQueuePair(QueuePairConfig.polled(DEPTH), this::completed);
    }

    /**
     * Runs it.
     *
     * @param args where the drive is
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("Name the drive, as ringroad nvme list shows it: 0000:01:00.0");
            System.exit(2);
        }
        try (NvmeController controller = NvmeControllers.open(args[0], NvmeConfig.standard())) {
            System.out.printf("%d blocks read%n", run(controller));
        }
    }

    /**
     * Reads blocks of the first namespace from its beginning, round and round.
     *
     * @return how many
     */
    public static long run(NvmeController controller) throws IOException {
        DriveReads reads = new DriveReads(controller, controller.namespace(1));
        try (QueuePair pair = reads.pair) {
            for (int token = 0; token < DEPTH; token++) {
                reads.begin(token);
            }
            // Sets out what was begun, and calls completed() for what is done.
            while (pair.outstanding() > 0) {
                int ignored = pair.poll(System.nanoTime());
            }
        }
        if (reads.failure != 0) {
            throw new IOException("A read failed: " + NvmeStatus.sentence(reads.failure));
        }
        return reads.done;
    }

    /** The token says which place in memory is the read's. */
    private void begin(long token) {
        long block = begun++ % namespace.blocks();
        int refusal =
                pair.read(token, namespace, block, 1, memory, token * namespace.blockDataBytes());
        if (refusal != 0) {
            throw new IllegalStateException("The queue pair refused a read with " + refusal);
        }
    }

    private void completed(long token, int status) {
        if (status != NvmeStatus.SUCCESS) {
            failure = status;
            return;
        }
        done++;
        if (begun < READS) {
            begin(token);
        }
    }
}
