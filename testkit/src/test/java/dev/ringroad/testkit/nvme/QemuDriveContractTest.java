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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** What every block device keeps, kept by a drive of QEMU's. */
class QemuDriveContractTest extends BlockDeviceContract {
    private static final int DEVICE = 4;
    private static final int DISK_BYTES = 4 << 20;

    private static @Nullable QemuMachine machine;
    private static @Nullable Path disk;

    private @Nullable NvmeController controller;

    @BeforeAll
    static void start() throws IOException {
        Path file = Files.createTempFile("ringroad-drive", ".img");
        disk = file;
        Files.write(file, new byte[DISK_BYTES]);
        machine =
                QemuMachine.start(
                        "-drive",
                        "id=d0,if=none,format=raw,discard=unmap,file=" + file,
                        "-device",
                        "nvme,serial=q,drive=d0,addr=04.0");
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
