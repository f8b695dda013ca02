package dev.ringroad.testkit.nvme;

class MetadataDriveContractTest extends DriveContract {

    @Override
    int metadataBytes() {
        return 8;
    }

    @Override
    boolean isExtended() {
        return false;
    }
}
