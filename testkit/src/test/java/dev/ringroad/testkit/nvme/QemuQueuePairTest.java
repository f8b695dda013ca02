package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.testkit.qemu.QemuMachine;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** The driver with QEMU's model of a drive: each way to tell it of data and of queues. */
class QemuQueuePairTest {
    private static final int DEVICE = 4;
    private static final long DISK_BYTES = 16 << 20;
    private static final long WAIT_NANOS = 60_000_000_000L;

    private static @Nullable QemuMachine machine;
    private static @Nullable Path disk;

    private final List<Integer> told = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        Path file = Files.createTempFile("ringroad-nvme", ".img");
        disk = file;
        Files.write(file, new byte[(int) DISK_BYTES]);
        machine =
                QemuMachine.start(
                        "-drive",
                        "id=d0,if=none,format=raw,file=" + file,
                        "-device",
                        "nvme,serial=q,drive=d0,addr=04.0,cmb_size_mb=2,max_ioqpairs=4");
    }

    @AfterAll
    static void end() throws IOException {
        if (machine != null) {
            machine.close();
        }
        if (disk != null) {
            Files.deleteIfExists(disk);
        }
    }

    private static NvmeController open(NvmeConfig config) throws IOException {
        return NvmeController.open(Objects.requireNonNull(machine).open(DEVICE), config);
    }

    private void completed(long token, int status) {
        told.add(status);
    }

    private void await(QueuePair pair, int count) {
        long begin = System.nanoTime();
        while (told.size() < count && System.nanoTime() - begin < WAIT_NANOS) {
            int ignored = pair.poll(System.nanoTime());
        }
        assertThat(told).hasSize(count).containsOnly(NvmeStatus.SUCCESS);
        told.clear();
    }

    /** Writes from one place and reads to another; both are to be equal. */
    private void roundTrip(
            NvmeController controller, QueuePair pair, long block, int blocks, int offset)
            throws IOException {
        NvmeNamespace namespace = controller.namespace(1);
        long bytes = (long) blocks * namespace.blockBytes();
        try (DmaMemory from = controller.dma().allocate("from", bytes + 4096);
                DmaMemory to = controller.dma().allocate("to", bytes + 4096)) {
            byte[] content = new byte[(int) bytes];
            new Random(block).nextBytes(content);
            MemorySegment.copy(
                    content, 0, from.segment(), ValueLayout.JAVA_BYTE, offset, content.length);
            assertThat(pair.write(1, namespace, block, blocks, from, offset)).isZero();
            await(pair, 1);
            assertThat(pair.read(2, namespace, block, blocks, to, offset)).isZero();
            await(pair, 1);
            assertThat(to.segment().asSlice(offset, bytes).toArray(ValueLayout.JAVA_BYTE))
                    .isEqualTo(content);
            assertThat(to.segment().asSlice(offset + bytes).toArray(ValueLayout.JAVA_BYTE))
                    .as("behind the data")
                    .containsOnly(0);
        }
    }

    @Test
    void dataOfAnyLengthArriveByPrps() throws IOException {
        try (NvmeController controller = open(NvmeConfig.standard().scatterGatherLists(false));
                QueuePair pair =
                        controller.createQueuePair(QueuePairConfig.polled(8), this::completed)) {
            roundTrip(controller, pair, 0, 1, 0);
            roundTrip(controller, pair, 100, 8, 512);
            roundTrip(controller, pair, 200, 16, 2048);
            roundTrip(controller, pair, 300, 1024, 4);
        }
    }

    @Test
    void dataOfAnyAlignmentArriveBySgls() throws IOException {
        try (NvmeController controller = open(NvmeConfig.standard());
                QueuePair pair =
                        controller.createQueuePair(QueuePairConfig.polled(8), this::completed)) {
            roundTrip(controller, pair, 400, 1, 1);
            roundTrip(controller, pair, 500, 1024, 3);
        }
    }

    @Test
    void theSubmissionQueueMayBeInTheControllersMemory() throws IOException {
        try (NvmeController controller = open(NvmeConfig.standard())) {
            assertThat(controller.hasControllerMemory()).isTrue();
            try (QueuePair pair =
                    controller.createQueuePair(
                            new QueuePairConfig(8, false, true), this::completed)) {
                for (int i = 0; i < 20; i++) {
                    roundTrip(controller, pair, 700 + i, 1, 0);
                }
            }
        }
    }

    @Test
    void doorbellsAreInMemoryWhereTheyAreOffered() throws IOException {
        try (NvmeController controller = open(NvmeConfig.standard())) {
            assertThat(controller.hasShadowDoorbells()).isTrue();
            try (QueuePair pair =
                    controller.createQueuePair(QueuePairConfig.polled(3), this::completed)) {
                for (int i = 0; i < 20; i++) {
                    roundTrip(controller, pair, 800 + i, 1, 0);
                }
            }
        }
    }

    @Test
    void doorbellsAreRegistersWhenMemoryIsNotWanted() throws IOException {
        try (NvmeController controller = open(NvmeConfig.standard().shadowDoorbells(false));
                QueuePair pair =
                        controller.createQueuePair(QueuePairConfig.polled(3), this::completed)) {
            for (int i = 0; i < 20; i++) {
                roundTrip(controller, pair, 900 + i, 1, 0);
            }
            assertThat(pair.counters().submissionDoorbells()).isEqualTo(40);
            assertThat(pair.counters().completionDoorbells()).isLessThanOrEqualTo(40);
        }
    }

    @Test
    void everyPairThatIsGrantedWorksAndAResetLosesNone() throws IOException {
        try (NvmeController controller = open(NvmeConfig.standard())) {
            assertThat(controller.queuePairsMax()).isEqualTo(4);
            List<QueuePair> pairs = new ArrayList<>();
            try {
                for (int i = 0; i < 4; i++) {
                    pairs.add(
                            controller.createQueuePair(QueuePairConfig.polled(4), this::completed));
                    roundTrip(controller, pairs.get(i), 1000L + i, 1, 0);
                }
                controller.reset();
                for (QueuePair pair : pairs) {
                    long begin = System.nanoTime();
                    do { // the owner takes note of the reset as it polls
                        int ignored = pair.poll(System.nanoTime());
                    } while (pair.free() == 0 && System.nanoTime() - begin < WAIT_NANOS);
                    roundTrip(controller, pair, 1100L + pair.id(), 1, 0);
                }
            } finally {
                pairs.forEach(QueuePair::close);
            }
        }
    }

    @Test
    void aPairIsWokenByItsInterrupt() throws IOException {
        try (NvmeController controller = open(NvmeConfig.standard().interrupts(true));
                QueuePair pair =
                        controller.createQueuePair(
                                new QueuePairConfig(4, true, false), this::completed);
                PollSet wake = new PollSet(1)) {
            NvmeNamespace namespace = controller.namespace(1);
            for (int round = 1; round <= 5; round++) {
                assertThat(pair.flush(round, namespace)).isZero();
                long begin = System.nanoTime();
                while (told.isEmpty() && System.nanoTime() - begin < WAIT_NANOS) {
                    int ignored = pair.poll(System.nanoTime());
                    wake.clear();
                    if (told.isEmpty() && pair.prepareSleep(wake)) {
                        assertThat(wake.poll(WAIT_NANOS)).as("woken").isPositive();
                        pair.wakeUp();
                    }
                }
                assertThat(told).containsExactly(NvmeStatus.SUCCESS);
                told.clear();
            }
        }
    }
}
