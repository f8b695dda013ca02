package dev.ringroad.testkit.nvme;

import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.drive.NvmeDrive;
import dev.ringroad.testkit.block.BlockDeviceContract;
import dev.ringroad.testkit.qemu.QemuMachine;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/** What every block device keeps, kept by a drive of QEMU's; one machine for all of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class QemuDriveContract extends BlockDeviceContract {
    private static final int DEVICE = 4;

    private final DriveShape shape;
    private @Nullable QemuMachine machine;
    private @Nullable NvmeController controller;

    QemuDriveContract(DriveShape shape) {
        this.shape = shape;
    }

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        machine = QemuMachine.start(shape.arguments(folder));
    }

    @AfterAll
    void end() throws IOException {
        if (machine != null) {
            machine.close();
        }
    }

    @Override
    protected BlockDevice open() throws Exception {
        NvmeController own =
                NvmeController.open(
                        Objects.requireNonNull(machine).open(DEVICE), NvmeConfig.standard());
        controller = own;
        return NvmeDrive.of(own, own.namespace(1));
    }

    @Override
    protected void close(BlockDevice drive) throws Exception {
        super.close(drive);
        if (controller != null) {
            controller.close();
        }
    }
}
