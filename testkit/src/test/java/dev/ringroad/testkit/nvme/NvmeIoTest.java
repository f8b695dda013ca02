package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.AdminCommand;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeException;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.nvme.Refusal;
import dev.ringroad.nvme.command.DatasetRange;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.NvmeStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads, writes and what else a namespace does, with QEMU's model of an NVMe controller. */
final class NvmeIoTest {
    private static final int IMAGE_BYTES = 8 << 20;

    @TempDir private Path folder;

    private Path image() throws IOException {
        Path image = folder.resolve("disk");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(IMAGE_BYTES);
        }
        return image;
    }

    private NvmeLab lab(String options) throws IOException {
        return lab(NvmeConfig.standard(), QueuePairConfig.polled(32), options);
    }

    private NvmeLab lab(NvmeConfig config, QueuePairConfig pair, String options)
            throws IOException {
        String drive = "id=d0,if=none,format=raw,file=" + image();
        String device = "nvme,serial=ring-1,drive=d0,addr=04.0" + options;
        return NvmeLab.start(config, pair, "-drive", drive, "-device", device);
    }

    @Test
    void identityAndNamespaceAreAsGiven() throws Exception {
        try (NvmeLab lab = lab("")) {
            assertThat(lab.controller.identity().serialNumber()).isEqualTo("ring-1");
            assertThat(lab.controller.identity().modelNumber()).contains("QEMU");
            assertThat(lab.controller.namespaceIds()).containsExactly(1);
            NvmeNamespace namespace = lab.namespace(1);
            assertThat(namespace.blockBytes()).isEqualTo(512);
            assertThat(namespace.blocks()).isEqualTo(IMAGE_BYTES / 512);
            assertThat(namespace.metadataBytes()).isZero();
            assertThatThrownBy(() -> lab.namespace(2)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void whatIsWrittenIsReadAndIsInTheImage() throws Exception {
        byte[] written;
        try (NvmeLab lab = lab("");
                DmaMemory out = lab.memory(4096);
                DmaMemory in = lab.memory(4096)) {
            NvmeLab.fillRandomly(out.segment(), 1);
            NvmeNamespace namespace = lab.namespace(1);
            assertThat(lab.await(lab.queue().write(7, namespace, 100, 8, out, 0))).isZero();
            assertThat(lab.await(lab.queue().flush(8, namespace))).isZero();
            assertThat(lab.await(lab.queue().read(9, namespace, 100, 8, in, 0))).isZero();
            assertThat(in.segment().mismatch(out.segment())).isEqualTo(-1);
            written = out.segment().toArray(JAVA_BYTE);
        }
        byte[] image = Files.readAllBytes(folder.resolve("disk"));
        assertThat(Arrays.copyOfRange(image, 100 * 512, 108 * 512)).isEqualTo(written);
        assertThat(Arrays.copyOfRange(image, 108 * 512, 109 * 512)).containsOnly(0);
    }

    /** One page, two, a list, a list with a long tail; aligned and not. */
    private static void copyInAllLengths(NvmeLab lab) throws IOException {
        int[] lengths = {512, 4096, 4608, 8192, 12288, 65536, 200 * 512, 1 << 19};
        int[] offsets = {0, 512, 4, 3584, 4092};
        NvmeNamespace namespace = lab.namespace(1);
        int longest = namespace.transferBlocksMax() * 512;
        try (DmaMemory out = lab.memory((1 << 19) + 4096);
                DmaMemory in = lab.memory((1 << 19) + 4096)) {
            long seed = 0;
            for (int length : lengths) {
                for (int offset : offsets) {
                    if (length > longest) {
                        continue;
                    }
                    NvmeLab.fillRandomly(out.segment(), ++seed);
                    in.segment().fill((byte) 0);
                    int blocks = length / 512;
                    String what = length + " bytes at " + offset;
                    int write = lab.queue().write(seed, namespace, 3, blocks, out, offset);
                    assertThat(lab.await(write)).as(what).isZero();
                    int read = lab.queue().read(seed, namespace, 3, blocks, in, offset);
                    assertThat(lab.await(read)).as(what).isZero();
                    MemorySegment expected = out.segment().asSlice(offset, length);
                    MemorySegment found = in.segment().asSlice(offset, length);
                    assertThat(found.mismatch(expected)).as(what).isEqualTo(-1);
                    // Nothing around it was touched.
                    assertThat(countNonZero(in.segment(), 0, offset)).isZero();
                    long end = (long) offset + length;
                    assertThat(countNonZero(in.segment(), end, in.byteSize())).isZero();
                }
            }
        }
    }

    private static int countNonZero(MemorySegment memory, long begin, long end) {
        int count = 0;
        for (long at = begin; at < end; at++) {
            count += memory.get(JAVA_BYTE, at) == 0 ? 0 : 1;
        }
        return count;
    }

    @Test
    void physicalPagesOfAnyLengthAndPlaceAreTransferred() throws Exception {
        try (NvmeLab lab =
                lab(
                        NvmeConfig.standard().scatterGatherLists(false),
                        QueuePairConfig.polled(8),
                        "")) {
            copyInAllLengths(lab);
        }
    }

    @Test
    void scatterGatherListsOfAnyLengthAndPlaceAreTransferred() throws Exception {
        try (NvmeLab lab = lab("")) {
            assertThat(lab.controller.identity().io().sglSupport() & 3).isNotZero();
            copyInAllLengths(lab);
        }
    }

    @Test
    void submissionQueuesCanBeInTheControllersMemory() throws Exception {
        try (NvmeLab lab =
                lab(NvmeConfig.standard(), new QueuePairConfig(8, false, true), ",cmb_size_mb=1")) {
            assertThat(lab.controller.hasControllerMemory()).isTrue();
            copyInAllLengths(lab);
        }
    }

    @Test
    void doorbellsAreInMemoryWhereTheControllerOffersIt() throws Exception {
        try (NvmeLab lab = lab("")) {
            assertThat(lab.controller.hasShadowDoorbells()).isTrue();
        }
        try (NvmeLab lab =
                lab(NvmeConfig.standard().shadowDoorbells(false), QueuePairConfig.polled(8), "")) {
            assertThat(lab.controller.hasShadowDoorbells()).isFalse();
            copyInAllLengths(lab);
        }
    }

    @Test
    void blocksOf4096BytesAreTransferred() throws Exception {
        try (NvmeLab lab = lab(",logical_block_size=4096,physical_block_size=4096");
                DmaMemory out = lab.memory(1 << 16);
                DmaMemory in = lab.memory(1 << 16)) {
            NvmeNamespace namespace = lab.namespace(1);
            assertThat(namespace.blockBytes()).isEqualTo(4096);
            assertThat(namespace.blocks()).isEqualTo(IMAGE_BYTES / 4096);
            NvmeLab.fillRandomly(out.segment(), 5);
            assertThat(lab.await(lab.queue().write(1, namespace, 7, 16, out, 0))).isZero();
            assertThat(lab.await(lab.queue().read(2, namespace, 7, 16, in, 0))).isZero();
            assertThat(in.segment().mismatch(out.segment())).isEqualTo(-1);
        }
    }

    @Test
    void compareTellsDifferences() throws Exception {
        try (NvmeLab lab = lab("");
                DmaMemory data = lab.memory(4096)) {
            NvmeNamespace namespace = lab.namespace(1);
            NvmeLab.fillRandomly(data.segment(), 6);
            assertThat(lab.await(lab.queue().write(1, namespace, 0, 8, data, 0))).isZero();
            assertThat(lab.await(lab.queue().compare(2, namespace, 0, 8, data, 0))).isZero();
            data.segment().set(JAVA_BYTE, 4000, (byte) ~data.segment().get(JAVA_BYTE, 4000));
            int status = lab.await(lab.queue().compare(3, namespace, 0, 8, data, 0));
            assertThat(NvmeStatus.code(status)).isEqualTo(NvmeStatus.COMPARE_FAILURE);
        }
    }

    @Test
    void compareAndWriteIsRefusedByAControllerThatFusesNothing() throws Exception {
        try (NvmeLab lab = lab("");
                DmaMemory data = lab.memory(4096)) {
            assertThat(lab.controller.identity().io().fusedOperations()).isZero();
            int refusal =
                    lab.queue().compareAndWrite(1, lab.namespace(1), 0, 1, data, 0, data, 512);
            assertThat(refusal).isEqualTo(Refusal.UNSUPPORTED);
        }
    }

    @Test
    void writeZeroesAndDatasetManagementEmptyBlocks() throws Exception {
        try (NvmeLab lab = lab("");
                DmaMemory data = lab.memory(8192)) {
            NvmeNamespace namespace = lab.namespace(1);
            data.segment().fill((byte) 9);
            assertThat(lab.await(lab.queue().write(1, namespace, 0, 16, data, 0))).isZero();
            assertThat(lab.await(lab.queue().writeZeroes(2, namespace, 4, 4, 0))).isZero();
            assertThat(lab.await(lab.queue().read(3, namespace, 0, 16, data, 0))).isZero();
            byte[] found = data.segment().toArray(JAVA_BYTE);
            assertThat(Arrays.copyOfRange(found, 0, 2048)).containsOnly(9);
            assertThat(Arrays.copyOfRange(found, 2048, 4096)).containsOnly(0);
            assertThat(Arrays.copyOfRange(found, 4096, 8192)).containsOnly(9);
            DatasetRange.encode(data.segment(), 0, 0, 4, 8);
            DatasetRange.encode(data.segment(), DatasetRange.BYTES, 0, 2, 14);
            assertThat(
                            lab.await(
                                    lab.queue()
                                            .datasetManagement(
                                                    4,
                                                    namespace,
                                                    data,
                                                    0,
                                                    2,
                                                    DatasetRange.DEALLOCATE)))
                    .isZero();
        }
    }

    /** QEMU 7.2 carries it out, but does not say that it can, which is what the driver goes by. */
    @Test
    void verifyIsRefusedUnlessTheControllerOffersIt() throws Exception {
        try (NvmeLab lab = lab("")) {
            NvmeNamespace namespace = lab.namespace(1);
            assertThat(lab.controller.supports(IoOpcode.VERIFY)).isFalse();
            assertThat(lab.queue().verify(1, namespace, 0, 64)).isEqualTo(Refusal.UNSUPPORTED);
            assertThat(lab.await(lab.queue().submit(2, IoOpcode.VERIFY, 1, 0, 63, 0))).isZero();
        }
    }

    @Test
    void blocksBehindTheEndAreRefusedHereAndThere() throws Exception {
        try (NvmeLab lab = lab("");
                DmaMemory data = lab.memory(4096)) {
            NvmeNamespace namespace = lab.namespace(1);
            long end = namespace.blocks();
            assertThat(lab.queue().read(1, namespace, end, 1, data, 0))
                    .isEqualTo(Refusal.OUT_OF_RANGE);
            int raw = lab.queue().submit(2, IoOpcode.READ, 1, data, 0, 512, end, 0, 0);
            int status = lab.await(raw);
            assertThat(NvmeStatus.code(status)).isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
            assertThat(status & NvmeStatus.DO_NOT_RETRY).isNotZero();
        }
    }

    @Test
    void anOpcodeThatNobodyKnowsIsRefusedByTheController() throws Exception {
        try (NvmeLab lab = lab("")) {
            int status = lab.await(lab.queue().submit(1, 0x7f, 1, 0, 0, 0));
            assertThat(NvmeStatus.code(status)).isEqualTo(NvmeStatus.INVALID_OPCODE);
            assertThatThrownBy(() -> lab.controller.execute(new AdminCommand(0xee)))
                    .isInstanceOf(NvmeException.class)
                    .hasMessageContaining("opcode");
        }
    }

    @Test
    void errorsOfTheMediumAreTold() throws Exception {
        Path rules = folder.resolve("rules");
        Files.writeString(
                rules,
                """
                [inject-error]
                event = "read_aio"
                iotype = "read"
                errno = "5"
                sector = "16"
                """);
        try (NvmeLab lab =
                        NvmeLab.start(
                                "-drive",
                                "id=d0,if=none,format=raw,file.driver=blkdebug,file.config="
                                        + rules
                                        + ",file.image.filename="
                                        + image(),
                                "-device",
                                "nvme,serial=s,drive=d0,addr=04.0");
                DmaMemory data = lab.memory(4096)) {
            NvmeNamespace namespace = lab.namespace(1);
            assertThat(lab.await(lab.queue().read(1, namespace, 0, 8, data, 0))).isZero();
            int status = lab.await(lab.queue().read(2, namespace, 16, 8, data, 0));
            assertThat(NvmeStatus.code(status)).isEqualTo(NvmeStatus.UNRECOVERED_READ);
            assertThat(lab.await(lab.queue().read(3, namespace, 24, 8, data, 0))).isZero();
        }
    }

    @Test
    void metadataTravelApartOrBehindEachBlock() throws Exception {
        for (int bytes : new int[] {8, 16}) {
            try (NvmeLab lab = withMetadata("ms=" + bytes);
                    DmaMemory data = lab.memory(8192)) {
                NvmeNamespace namespace = lab.namespace(1);
                assertThat(namespace.metadataBytes()).isEqualTo(bytes);
                assertThat(namespace.metadataExtendsBlocks()).isFalse();
                apart(lab, namespace, data);
            }
            try (NvmeLab lab = withMetadata("ms=" + bytes + ",mset=1");
                    DmaMemory data = lab.memory(16384)) {
                NvmeNamespace namespace = lab.namespace(1);
                assertThat(namespace.metadataExtendsBlocks()).isTrue();
                assertThat(namespace.blockDataBytes()).isEqualTo(512 + bytes);
                int length = 8 * (512 + bytes);
                NvmeLab.fillRandomly(data.segment(), 3);
                assertThat(lab.await(lab.queue().write(1, namespace, 5, 8, data, 0))).isZero();
                assertThat(lab.await(lab.queue().read(2, namespace, 5, 8, data, 8192))).isZero();
                assertThat(
                                data.segment()
                                        .asSlice(8192, length)
                                        .mismatch(data.segment().asSlice(0, length)))
                        .isEqualTo(-1);
            }
        }
    }

    private NvmeLab withMetadata(String options) throws IOException {
        return NvmeLab.start(
                "-drive",
                "id=d0,if=none,format=raw,file=" + image(),
                "-device",
                "nvme,serial=s,addr=04.0",
                "-device",
                "nvme-ns,drive=d0," + options);
    }

    private static void apart(NvmeLab lab, NvmeNamespace namespace, DmaMemory data) {
        int all = 4 * namespace.metadataBytes();
        NvmeLab.fillRandomly(data.segment(), 2);
        byte[] before = data.segment().asSlice(0, 2048).toArray(JAVA_BYTE);
        byte[] metadata = data.segment().asSlice(4096, all).toArray(JAVA_BYTE);
        int write =
                lab.queue()
                        .transfer(
                                1,
                                IoOpcode.WRITE,
                                namespace,
                                9,
                                4,
                                data,
                                0,
                                0,
                                data.deviceAddress(4096));
        assertThat(lab.await(write)).isZero();
        data.segment().fill((byte) 0);
        int read =
                lab.queue()
                        .transfer(
                                2,
                                IoOpcode.READ,
                                namespace,
                                9,
                                4,
                                data,
                                0,
                                0,
                                data.deviceAddress(4096));
        assertThat(lab.await(read)).isZero();
        assertThat(data.segment().asSlice(0, 2048).toArray(JAVA_BYTE)).isEqualTo(before);
        assertThat(data.segment().asSlice(4096, all).toArray(JAVA_BYTE)).isEqualTo(metadata);
    }

    @Test
    void aQueuePairCanBeSleptOn() throws Exception {
        NvmeConfig config = NvmeConfig.standard().interrupts(true);
        try (NvmeLab lab = lab(config, new QueuePairConfig(8, true, false), "");
                DmaMemory data = lab.memory(4096);
                PollSet wake = new PollSet(2)) {
            NvmeNamespace namespace = lab.namespace(1);
            for (int round = 0; round < 20; round++) {
                assertThat(lab.queue().read(round, namespace, round, 1, data, 0)).isZero();
                int told = lab.queue().poll(System.nanoTime());
                while (told == 0) {
                    wake.clear();
                    if (lab.queue().prepareSleep(wake)) {
                        assertThat(wake.size()).isPositive();
                        assertThat(wake.poll(60_000_000_000L)).as("interrupt").isPositive();
                    }
                    told = lab.queue().poll(System.nanoTime());
                }
                assertThat(told).isOne();
            }
        }
    }

    @Test
    void everythingIsGivenBack() throws Exception {
        try (NvmeLab lab = lab("")) {
            lab.queue().close();
            lab.controller.close();
            assertThat(lab.machine.allocatedBytes()).isZero();
        }
    }

    @Test
    void manyCommandsUnderWayAreEachToldOnce() throws Exception {
        try (NvmeLab lab = lab("");
                DmaMemory data = lab.memory(1 << 20)) {
            NvmeNamespace namespace = lab.namespace(1);
            NvmeLab.fillRandomly(data.segment(), 11);
            int[] told = new int[2000];
            try (var queue =
                    lab.controller.createQueuePair(
                            QueuePairConfig.polled(64),
                            (token, status) -> {
                                assertThat(status).isZero();
                                told[(int) token]++;
                            })) {
                int next = 0;
                while (next < told.length || queue.outstanding() > 0) {
                    while (next < told.length && queue.free() > 0) {
                        int block = next % 2048;
                        long offset = (long) block * 512;
                        int refusal = queue.write(next, namespace, block, 1, data, offset);
                        assertThat(refusal).isZero();
                        next++;
                    }
                    int ignored = queue.poll(System.nanoTime());
                }
            }
            assertThat(told).containsOnly(1);
        }
    }

    @Test
    void theAdminQueueGoesRoundManyTimes() throws Exception {
        try (NvmeLab lab = lab("")) {
            for (int round = 0; round < 200; round++) {
                MemorySegment answer = lab.controller.identify(1, 0, 0);
                assertThat(answer.byteSize()).isEqualTo(4096);
            }
        }
    }
}
