package dev.ringroad.testkit.nvme;

class ExtendedBlockDriveContractTest extends DriveContract {

    @Override
    int metadataBytes() {
        return 8;
    }

    @Override
    boolean isExtended() {
        return true;
    }
}
