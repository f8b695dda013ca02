package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.DataVector;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.nvme.Refusal;
import dev.ringroad.nvme.command.DatasetRange;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.NvmeStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;

/** Every I/O command of the driver with namespaces of every shape, and with a medium that fails. */
final class NvmeShapeIoTest {
    private static final int BLOCKS = 16;

    /** Where the metadata of a command are, behind its data. */
    private static final long METADATA_AT = 1 << 18;

    /** Where a second command has its data. */
    private static final long SECOND_AT = 1 << 17;

    @TempDir private Path folder;

    private Drive start(DriveShape shape, boolean lists) throws IOException {
        NvmeConfig config = NvmeConfig.standard().scatterGatherLists(lists);
        boolean controllerMemory = shape == DriveShape.CONTROLLER_MEMORY;
        QueuePairConfig pair = new QueuePairConfig(8, false, controllerMemory);
        return new Drive(NvmeLab.start(config, pair, shape.arguments(folder)));
    }

    /** A drive's first namespace, and memory to transfer from and to. */
    private static final class Drive implements AutoCloseable {
        private final NvmeLab lab;
        private final NvmeNamespace namespace;
        private final DmaMemory data;

        private Drive(NvmeLab lab) throws IOException {
            this.lab = lab;
            namespace = lab.namespace(1);
            data = lab.memory(1 << 19);
        }

        private QueuePair queue() {
            return lab.queue();
        }

        private int transfer(int opcode, long block, long offset) {
            boolean apart = namespace.metadataBytes() > 0 && !namespace.metadataExtendsBlocks();
            long metadata = apart ? data.deviceAddress(offset + METADATA_AT) : 0;
            return lab.await(
                    queue().transfer(
                                    1, opcode, namespace, block, BLOCKS, data, offset, 0,
                                    metadata));
        }

        private byte[] bytes(long offset, long length) {
            return data.segment().asSlice(offset, length).toArray(JAVA_BYTE);
        }

        @Override
        public void close() throws IOException {
            data.close();
            lab.close();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ZONED")
    void everyCommandWorksByLists(DriveShape shape) throws IOException {
        everyCommand(shape, true);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ZONED")
    void everyCommandWorksByPages(DriveShape shape) throws IOException {
        everyCommand(shape, false);
    }

    private void everyCommand(DriveShape shape, boolean lists) throws IOException {
        try (Drive drive = start(shape, lists)) {
            assertThat(drive.namespace.blockDataBytes())
                    .isEqualTo(shape.blockBytes + (shape.extended ? shape.metadataBytes : 0));
            long last = drive.namespace.blocks() - BLOCKS;
            movesAndCompares(shape, drive, last);
            assertThat(drive.lab.await(drive.queue().submit(2, IoOpcode.VERIFY, 1, last, 15, 0)))
                    .isZero();
            assertThat(drive.lab.await(drive.queue().flush(3, drive.namespace))).isZero();
            emptiesBlocks(drive, last);
            leavesOthersAlone(drive, last);
        }
    }

    private static void movesAndCompares(DriveShape shape, Drive drive, long last) {
        int all = BLOCKS * drive.namespace.blockDataBytes();
        NvmeLab.fillRandomly(drive.data.segment(), shape.ordinal());
        byte[] written = drive.bytes(0, all);
        assertThat(drive.transfer(IoOpcode.WRITE, last, 0)).isZero();
        assertThat(drive.transfer(IoOpcode.READ, last, SECOND_AT)).isZero();
        assertThat(drive.bytes(SECOND_AT, all)).isEqualTo(written);
        if (shape.metadataBytes > 0 && !shape.extended) {
            int metadata = BLOCKS * shape.metadataBytes;
            assertThat(drive.bytes(SECOND_AT + METADATA_AT, metadata))
                    .isEqualTo(drive.bytes(METADATA_AT, metadata));
        }
        assertThat(drive.transfer(IoOpcode.COMPARE, last, 0)).isZero();
        drive.data.segment().set(JAVA_BYTE, all - 1, (byte) ~written[all - 1]);
        assertThat(NvmeStatus.code(drive.transfer(IoOpcode.COMPARE, last, 0)))
                .isEqualTo(NvmeStatus.COMPARE_FAILURE);
    }

    private static void emptiesBlocks(Drive drive, long last) {
        int zeroes = drive.queue().writeZeroes(1, drive.namespace, last, 1, 0);
        assertThat(drive.lab.await(zeroes)).isZero();
        assertThat(drive.transfer(IoOpcode.READ, last, SECOND_AT)).isZero();
        assertThat(drive.bytes(SECOND_AT, drive.namespace.blockBytes())).containsOnly(0);
        assertThat(drive.lab.await(deallocate(drive, last, BLOCKS))).isZero();
        assertThat(drive.transfer(IoOpcode.READ, last, SECOND_AT)).isZero();
    }

    private static int deallocate(Drive drive, long block, int count) {
        DatasetRange.encode(drive.data.segment(), 0, 0, count, block);
        return drive.queue()
                .datasetManagement(2, drive.namespace, drive.data, 0, 1, DatasetRange.DEALLOCATE);
    }

    /** Nothing behind the end, whoever looks; and nothing of the block before. */
    private static void leavesOthersAlone(Drive drive, long last) {
        assertThat(drive.queue().writeZeroes(1, drive.namespace, last + 1, BLOCKS, 0))
                .isEqualTo(Refusal.OUT_OF_RANGE);
        int raw = drive.queue().submit(1, IoOpcode.WRITE_ZEROES, 1, last + 1, BLOCKS - 1, 0);
        assertThat(NvmeStatus.code(drive.lab.await(raw))).isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
        assertThat(drive.transfer(IoOpcode.READ, last - BLOCKS, 0)).isZero();
        assertThat(drive.bytes(0, (long) BLOCKS * drive.namespace.blockDataBytes()))
                .containsOnly(0);
    }

    @Test
    void blocksWithMetadataApartAreNotTransferredWithoutMemoryForThem() throws IOException {
        try (Drive drive = start(DriveShape.METADATA_APART, true)) {
            NvmeLab own = drive.lab;
            DmaMemory memory = drive.data;
            NvmeNamespace namespace = drive.namespace;
            DataVector vector = new DataVector(1).add(memory, 0, 4096);
            assertThat(own.queue().read(1, namespace, 0, 8, memory, 0))
                    .isEqualTo(Refusal.NO_METADATA);
            assertThat(own.queue().write(1, namespace, 0, 8, memory, 0))
                    .isEqualTo(Refusal.NO_METADATA);
            assertThat(own.queue().compare(1, namespace, 0, 8, memory, 0))
                    .isEqualTo(Refusal.NO_METADATA);
            assertThat(own.queue().transfer(1, IoOpcode.READ, namespace, 0, 8, vector, 0, 0))
                    .isEqualTo(Refusal.NO_METADATA);
            assertThat(own.queue().outstanding()).isZero();
            assertThat(own.await(own.queue().flush(1, namespace))).isZero();
        }
    }

    @Test
    void namespacesDoNotSeeEachOther() throws IOException {
        try (Drive drive = start(DriveShape.SEVERAL, true)) {
            NvmeLab own = drive.lab;
            DmaMemory memory = drive.data;
            NvmeNamespace namespace = drive.namespace;
            NvmeNamespace other = own.namespace(5);
            assertThat(own.controller.namespaceIds()).containsExactly(1, 5);
            assertThat(other.blockBytes()).isEqualTo(4096);
            assertThat(other.blocks()).isEqualTo(DriveShape.OTHER_BYTES / 4096);
            memory.segment().fill((byte) 1);
            assertThat(own.await(own.queue().write(1, namespace, 0, 16, memory, 0))).isZero();
            memory.segment().fill((byte) 5);
            assertThat(own.await(own.queue().write(2, other, 0, 2, memory, 0))).isZero();
            assertThat(own.await(own.queue().read(3, namespace, 0, 32, memory, 0))).isZero();
            assertThat(drive.bytes(0, 8192)).containsOnly(1);
            assertThat(drive.bytes(8192, 8192)).containsOnly(0);
            assertThat(own.await(own.queue().read(4, other, 0, 4, memory, 0))).isZero();
            assertThat(drive.bytes(0, 8192)).containsOnly(5);
            assertThat(drive.bytes(8192, 8192)).containsOnly(0);
            // Blocks that only the other one has.
            assertThat(own.queue().read(5, other, namespace.blocks() - 1, 1, memory, 0))
                    .isEqualTo(Refusal.OUT_OF_RANGE);
            int nobodys = own.queue().submit(6, IoOpcode.READ, 3, memory, 0, 512, 0, 0, 0);
            assertThat(NvmeStatus.code(own.await(nobodys))).isIn(2, NvmeStatus.INVALID_NAMESPACE);
        }
    }

    /** What QEMU answers when its image fails, and that the next command is none the worse. */
    @ParameterizedTest
    @CsvSource({
        "read,         2, 0x281",
        "write,        1, 0x280",
        "flush,        0, 0x280",
        "write-zeroes, 8, 0x280",
        "read,         5, 0x6",
        "discard,      9, 0x6",
    })
    void errorsOfTheMediumAreToldWithTheirStatus(String kind, int opcode, String code)
            throws IOException {
        Path image = DriveShape.image(folder, "disk", DriveShape.IMAGE_BYTES);
        // A flush is of the whole image, anything else of one block.
        int sector = kind.equals("flush") ? -1 : 64;
        String failing = BlockFaults.drive(folder, image, kind, sector);
        try (Drive drive =
                new Drive(NvmeLab.start(DriveShape.ORDINARY.arguments(failing, folder)))) {
            NvmeLab own = drive.lab;
            QueuePair queue = drive.queue();
            assertThat(own.await(queue.write(1, drive.namespace, 0, 8, drive.data, 0))).isZero();
            int status = own.await(attempt(drive, opcode, 64));
            assertThat(NvmeStatus.code(status)).isEqualTo(Integer.decode(code));
            if (opcode != IoOpcode.FLUSH) {
                assertThat(own.await(attempt(drive, opcode, 128))).isZero();
            }
            assertThat(own.await(queue.read(1, drive.namespace, 0, 8, drive.data, 0))).isZero();
        }
    }

    private static int attempt(Drive drive, int opcode, long block) {
        QueuePair queue = drive.queue();
        NvmeNamespace namespace = drive.namespace;
        return switch (opcode) {
            case IoOpcode.FLUSH -> queue.flush(1, namespace);
            case IoOpcode.WRITE_ZEROES -> queue.writeZeroes(1, namespace, block, 8, 0);
            case IoOpcode.DATASET_MANAGEMENT -> deallocate(drive, block, 8);
            default -> queue.transfer(1, opcode, namespace, block, 8, drive.data, 0, 0, 0);
        };
    }
}
