package dev.ringroad.testkit.nvme;

class QemuExtendedDriveContractTest extends QemuDriveContract {
    QemuExtendedDriveContractTest() {
        super(DriveShape.METADATA_BEHIND);
    }
}
