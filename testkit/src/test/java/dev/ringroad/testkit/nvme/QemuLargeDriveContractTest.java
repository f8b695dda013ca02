package dev.ringroad.testkit.nvme;

class QemuLargeDriveContractTest extends QemuDriveContract {
    QemuLargeDriveContractTest() {
        super(DriveShape.LARGE_WITH_METADATA_APART);
    }
}
