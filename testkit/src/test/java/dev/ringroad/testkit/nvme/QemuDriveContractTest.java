package dev.ringroad.testkit.nvme;

class QemuDriveContractTest extends QemuDriveContract {
    QemuDriveContractTest() {
        super(DriveShape.ORDINARY);
    }
}
