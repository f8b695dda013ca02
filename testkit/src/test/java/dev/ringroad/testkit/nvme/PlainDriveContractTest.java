package dev.ringroad.testkit.nvme;

class PlainDriveContractTest extends DriveContract {

    @Override
    int metadataBytes() {
        return 0;
    }

    @Override
    boolean isExtended() {
        return false;
    }
}
