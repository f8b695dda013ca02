package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.Refusal;
import dev.ringroad.nvme.ZonedNamespace;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.ZoneReport;
import dev.ringroad.nvme.command.ZoneState;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** Zones of QEMU's model: 16 of 256 KiB, of which 192 KiB can be written, at most 3 open. */
final class NvmeZoneTest {
    private static final int BLOCK = 4096;
    private static final int ZONES = 16;
    private static final int ZONE_BLOCKS = 64;
    private static final int CAPACITY_BLOCKS = 48;

    @TempDir private Path folder;

    private NvmeLab lab() throws IOException {
        Path image = folder.resolve("zones");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength((long) ZONES * ZONE_BLOCKS * BLOCK);
        }
        return NvmeLab.start(
                "-drive",
                "id=d0,if=none,format=raw,file=" + image,
                "-drive",
                "id=d1,if=none,driver=null-co,size=1M",
                "-device",
                "nvme,serial=s,addr=04.0,zoned.zasl=4",
                "-device",
                "nvme-ns,drive=d0,nsid=1,zoned=on,logical_block_size=4096,"
                        + "physical_block_size=4096,zoned.zone_size=256K,zoned.zone_capacity=192K,"
                        + "zoned.max_open=3,zoned.max_active=5",
                "-device",
                "nvme-ns,drive=d1,nsid=2");
    }

    private static int stateOf(NvmeLab lab, ZonedNamespace zoned, DmaMemory report, int zone) {
        int refusal =
                zoned.report(
                        1,
                        lab.queue(),
                        (long) zone * ZONE_BLOCKS,
                        ZoneReport.REPORT_ALL,
                        report,
                        0,
                        4096);
        assertThat(lab.await(refusal)).isZero();
        return ZoneReport.state(report.segment(), ZoneReport.zoneAt(0, 0));
    }

    @Test
    void zonesAreIdentified() throws Exception {
        try (NvmeLab lab = lab()) {
            ZonedNamespace zoned = ZonedNamespace.of(lab.controller, 1);
            assertThat(zoned.zones()).isEqualTo(ZONES);
            assertThat(zoned.zoneBlocks()).isEqualTo(ZONE_BLOCKS);
            assertThat(zoned.appendBlocksMax()).isEqualTo(16);
            assertThat(zoned.identity().openMax()).isEqualTo(2); // counted from 0
            assertThat(zoned.identity().activeMax()).isEqualTo(4);
            assertThat(ZonedNamespace.isZoned(lab.controller, 2)).isFalse();
            assertThatThrownBy(() -> ZonedNamespace.of(lab.controller, 2))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has no zones");
        }
    }

    @Test
    void aReportTellsZonesFromOneOn() throws Exception {
        try (NvmeLab lab = lab();
                DmaMemory report = lab.memory(4096)) {
            ZonedNamespace zoned = ZonedNamespace.of(lab.controller, 1);
            int three = ZoneReport.HEADER_BYTES + 3 * ZoneReport.ZONE_BYTES;
            int refusal =
                    zoned.report(
                            1,
                            lab.queue(),
                            5 * ZONE_BLOCKS,
                            ZoneReport.REPORT_ALL,
                            report,
                            0,
                            three);
            assertThat(lab.await(refusal)).isZero();
            assertThat(ZoneReport.zones(report.segment(), 0, three)).isEqualTo(3);
            for (int index = 0; index < 3; index++) {
                long zone = ZoneReport.zoneAt(0, index);
                long first = (5L + index) * ZONE_BLOCKS;
                assertThat(ZoneReport.firstBlock(report.segment(), zone)).isEqualTo(first);
                assertThat(ZoneReport.capacityBlocks(report.segment(), zone))
                        .isEqualTo(CAPACITY_BLOCKS);
                assertThat(ZoneReport.writePointer(report.segment(), zone)).isEqualTo(first);
                assertThat(ZoneReport.state(report.segment(), zone)).isEqualTo(ZoneState.EMPTY);
                assertThat(ZoneReport.type(report.segment(), zone))
                        .isEqualTo(ZoneReport.SEQUENTIAL_WRITE_REQUIRED);
            }
            assertThat(zoned.report(1, lab.queue(), 0, 0, report, 4000, 4096))
                    .isEqualTo(Refusal.MEMORY_TOO_SMALL);
            assertThat(zoned.report(1, lab.queue(), 1L << 40, 0, report, 0, 4096))
                    .isEqualTo(Refusal.OUT_OF_RANGE);
        }
    }

    @Test
    void anAppendTellsWhereItWrote() throws Exception {
        try (NvmeLab lab = lab();
                DmaMemory data = lab.memory(1 << 16);
                DmaMemory in = lab.memory(1 << 16)) {
            ZonedNamespace zoned = ZonedNamespace.of(lab.controller, 1);
            long zone = 2L * ZONE_BLOCKS;
            NvmeLab.fillRandomly(data.segment(), 1);
            assertThat(lab.await(zoned.append(1, lab.queue(), zone, 4, data, 0))).isZero();
            assertThat(lab.result()).isEqualTo(zone);
            assertThat(lab.await(zoned.append(2, lab.queue(), zone, 16, data, 0))).isZero();
            assertThat(lab.result()).isEqualTo(zone + 4);
            int read = lab.queue().read(3, zoned.namespace(), zone + 4, 16, in, 0);
            assertThat(lab.await(read)).isZero();
            assertThat(in.segment().mismatch(data.segment())).isEqualTo(-1);
            assertThat(zoned.append(4, lab.queue(), zone, 17, data, 0)).isEqualTo(Refusal.TOO_LONG);
        }
    }

    @Test
    void zonesGoThroughTheirStates() throws Exception {
        try (NvmeLab lab = lab();
                DmaMemory data = lab.memory(1 << 16)) {
            ZonedNamespace zoned = ZonedNamespace.of(lab.controller, 1);
            var queue = lab.queue();
            assertThat(stateOf(lab, zoned, data, 0)).isEqualTo(ZoneState.EMPTY);
            assertThat(lab.await(zoned.manage(1, queue, 0, ZoneReport.OPEN))).isZero();
            assertThat(stateOf(lab, zoned, data, 0)).isEqualTo(ZoneState.OPENED);
            assertThat(lab.await(zoned.append(1, queue, 0, 1, data, 0))).isZero();
            assertThat(lab.await(zoned.manage(1, queue, 0, ZoneReport.CLOSE))).isZero();
            assertThat(stateOf(lab, zoned, data, 0)).isEqualTo(ZoneState.CLOSED);
            assertThat(lab.await(zoned.manage(1, queue, 0, ZoneReport.FINISH))).isZero();
            assertThat(stateOf(lab, zoned, data, 0)).isEqualTo(ZoneState.FULL);
            assertThat(lab.await(zoned.append(1, queue, ZONE_BLOCKS, 1, data, 0))).isZero();
            assertThat(stateOf(lab, zoned, data, 1)).isEqualTo(ZoneState.IMPLICITLY_OPENED);
            assertThat(lab.await(zoned.manage(1, queue, 0, ZoneReport.RESET))).isZero();
            assertThat(stateOf(lab, zoned, data, 0)).isEqualTo(ZoneState.EMPTY);
            assertThat(stateOf(lab, zoned, data, 1)).isEqualTo(ZoneState.IMPLICITLY_OPENED);
            assertThat(lab.await(zoned.manageAll(1, queue, ZoneReport.RESET))).isZero();
            assertThat(stateOf(lab, zoned, data, 1)).isEqualTo(ZoneState.EMPTY);
        }
    }

    @Test
    void whatZonesForbidIsToldByName() throws Exception {
        try (NvmeLab lab = lab();
                DmaMemory data = lab.memory(1 << 16)) {
            ZonedNamespace zoned = ZonedNamespace.of(lab.controller, 1);
            var queue = lab.queue();
            // Not at the write pointer.
            int status = lab.await(queue.write(1, zoned.namespace(), 5, 1, data, 0));
            assertThat(NvmeStatus.code(status)).isEqualTo(NvmeStatus.ZONE_INVALID_WRITE);
            // Not at the beginning of a zone.
            status = lab.await(zoned.append(1, queue, 5, 1, data, 0));
            assertThat(NvmeStatus.code(status)).isEqualTo(NvmeStatus.INVALID_FIELD);
            // More open than can be.
            for (int zone = 0; zone < 3; zone++) {
                long first = (long) zone * ZONE_BLOCKS;
                assertThat(lab.await(zoned.manage(1, queue, first, ZoneReport.OPEN))).isZero();
            }
            status = lab.await(zoned.manage(1, queue, 3 * ZONE_BLOCKS, ZoneReport.OPEN));
            assertThat(NvmeStatus.code(status)).isEqualTo(NvmeStatus.ZONE_TOO_MANY_OPEN);
            // Full.
            assertThat(lab.await(zoned.manage(1, queue, 0, ZoneReport.FINISH))).isZero();
            status = lab.await(zoned.append(1, queue, 0, 1, data, 0));
            assertThat(NvmeStatus.code(status)).isEqualTo(NvmeStatus.ZONE_FULL);
            assertThat(NvmeStatus.sentence(status)).contains("zone");
            // An empty zone cannot be closed.
            status = lab.await(zoned.manage(1, queue, 4 * ZONE_BLOCKS, ZoneReport.CLOSE));
            assertThat(NvmeStatus.code(status)).isEqualTo(NvmeStatus.ZONE_INVALID_TRANSITION);
        }
    }

    @Test
    void zonesEndBeforeTheNextBegins() throws Exception {
        try (NvmeLab lab = lab();
                DmaMemory data = lab.memory(1 << 16)) {
            ZonedNamespace zoned = ZonedNamespace.of(lab.controller, 1);
            var queue = lab.queue();
            for (int count = 0; count < 3; count++) {
                assertThat(lab.await(zoned.append(1, queue, 0, 15, data, 0))).isZero();
            }
            int status = lab.await(zoned.append(1, queue, 0, 4, data, 0)); // 49 of 48
            assertThat(NvmeStatus.code(status)).isEqualTo(NvmeStatus.ZONE_BOUNDARY_ERROR);
            assertThat(lab.await(zoned.append(1, queue, 0, 3, data, 0))).isZero();
            assertThat(stateOf(lab, zoned, data, 0)).isEqualTo(ZoneState.FULL);
        }
    }
}
