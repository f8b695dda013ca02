package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.examples.DriveReads;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.testkit.qemu.QemuMachine;

import org.junit.jupiter.api.Test;

import java.io.IOException;

/** The example that reads a drive, on QEMU's. */
class DriveReadsTest {

    private static final String EMPTY_DRIVE = "null-co,node-name=disk,size=1048576,read-zeroes=on";
    private static final String BAD_SECTOR =
            "blkdebug,node-name=bad,image=disk,inject-error.0.event=none,"
                    + "inject-error.0.iotype=read,inject-error.0.sector=8";

    @Test
    void theExampleReadsADrive() throws IOException {
        try (QemuMachine machine = machine("disk");
                NvmeController controller = open(machine)) {
            assertThat(DriveReads.run(controller)).isEqualTo(10_000);
        }
    }

    @Test
    void theExampleTellsAFailedRead() throws IOException {
        try (QemuMachine machine = machine("bad");
                NvmeController controller = open(machine)) {
            assertThatThrownBy(() -> DriveReads.run(controller))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("A read failed");
        }
    }

    private static QemuMachine machine(String disk) throws IOException {
        return QemuMachine.start(
                "-blockdev",
                EMPTY_DRIVE,
                "-blockdev",
                BAD_SECTOR,
                "-device",
                "nvme,serial=1,drive=" + disk + ",addr=04.0");
    }

    private static NvmeController open(QemuMachine machine) throws IOException {
        return NvmeController.open(machine.open(NvmeLab.DEVICE), NvmeConfig.standard());
    }
}
