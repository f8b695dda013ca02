package dev.ringroad.testkit.guest;

import static dev.ringroad.testkit.guest.CheckList.require;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.pci.PciBackEnds;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockException;
import dev.ringroad.nvme.block.drive.NvmeDrive;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Made in the guest: the NVMe driver, unchanged, as a block device. It writes {@link Pattern} to
 * the first {@link #WRITTEN_BYTES} of the drive, which is then looked at from outside.
 */
final class DriveChecks {
    static final int WRITTEN_BYTES = 512 << 10;

    private static final int[] SIZES = {512, 4096, 12288, 65536, 131072};
    private static final int NOT_YET = -1;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final CheckList list;
    private final boolean interrupts;
    private int status = NOT_YET;

    /**
     * @param interrupts whether there are any
     */
    DriveChecks(CheckList list, boolean interrupts) {
        this.list = list;
        this.interrupts = interrupts;
    }

    void run(String place, String serial, long bytes) throws Exception {
        try (PciDevice device = PciBackEnds.open(place);
                NvmeController controller =
                        NvmeController.open(device, NvmeConfig.standard().interrupts(true))) {
            String found = controller.identity().serialNumber();
            list.check(
                    "the driver brings the controller up and knows the drive",
                    () -> require(found.equals(serial), "serial number " + found));
            run(controller, bytes);
        }
    }

    private void run(NvmeController controller, long bytes) throws Exception {
        NvmeNamespace namespace = controller.namespace(1);
        list.check(
                "the namespace is as large as the image",
                () ->
                        require(
                                namespace.blocks() * namespace.blockBytes() == bytes,
                                namespace.blocks() + " blocks"));
        list.check("blocks are written and read back", () -> write(controller, namespace));
        list.check("a read beyond the end is refused", () -> readBeyond(controller, namespace));
        list.check(
                "a reset in between loses nothing",
                () -> {
                    controller.reset();
                    verify(controller, namespace);
                });
        if (interrupts) {
            list.check(
                    "a queue pair sleeps until its interrupt comes",
                    () -> sleep(controller, namespace));
        }
    }

    private static void write(NvmeController controller, NvmeNamespace namespace) throws Exception {
        try (NvmeDrive drive = NvmeDrive.of(controller, namespace);
                BlockClient client = BlockClient.open(drive, PATIENCE_NANOS);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(WRITTEN_BYTES, Pattern.BLOCK_BYTES);
            Pattern.fill(memory);
            long at = 0;
            for (int i = 0; at < WRITTEN_BYTES; i++) {
                long bytes = Math.min(SIZES[i % SIZES.length], WRITTEN_BYTES - at);
                client.write(at / Pattern.BLOCK_BYTES, bytes / Pattern.BLOCK_BYTES, memory, at);
                at += bytes;
            }
            client.flush();
        }
        verify(controller, namespace);
    }

    private static void verify(NvmeController controller, NvmeNamespace namespace)
            throws Exception {
        try (NvmeDrive drive = NvmeDrive.of(controller, namespace);
                BlockClient client = BlockClient.open(drive, PATIENCE_NANOS);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(WRITTEN_BYTES, Pattern.BLOCK_BYTES);
            client.read(0, WRITTEN_BYTES / Pattern.BLOCK_BYTES, memory, 0);
            long wrong = Pattern.mismatch(memory);
            require(wrong < 0, "byte " + wrong + " is not what was written");
        }
    }

    private static void readBeyond(NvmeController controller, NvmeNamespace namespace)
            throws Exception {
        try (NvmeDrive drive = NvmeDrive.of(controller, namespace);
                BlockClient client = BlockClient.open(drive, PATIENCE_NANOS);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(2L * Pattern.BLOCK_BYTES, 4096);
            client.read(namespace.blocks() - 1, 2, memory, 0);
        } catch (BlockException e) {
            return;
        }
        throw new AssertionError("it was done");
    }

    private void sleep(NvmeController controller, NvmeNamespace namespace) throws Exception {
        QueuePairConfig wanted = new QueuePairConfig(16, true, false);
        try (QueuePair pair = controller.createQueuePair(wanted, (token, told) -> status = told);
                DmaMemory memory = controller.dma().allocate("slept for", Pattern.BLOCK_BYTES);
                PollSet set = new PollSet(4)) {
            int refused = pair.read(1, namespace, 0, 1, memory, 0);
            require(refused == 0, "the read was refused: " + refused);
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            int sleeps = 0;
            while (status == NOT_YET) {
                require(System.nanoTime() < deadline, "nothing came in " + sleeps + " sleeps");
                pair.poll(System.nanoTime());
                set.clear();
                if (status == NOT_YET && pair.prepareSleep(set)) {
                    require(set.poll(PATIENCE_NANOS) > 0, "no interrupt came");
                    sleeps++;
                }
            }
            require(status == 0, "status " + status);
            long wrong = Pattern.mismatch(memory.segment().asSlice(0, Pattern.BLOCK_BYTES));
            require(wrong < 0, "byte " + wrong + " is not what was written");
        }
    }
}
