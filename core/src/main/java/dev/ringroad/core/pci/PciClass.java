package dev.ringroad.core.pci;

/** Class codes in words (PCI Code and ID Assignment Specification 1.11, section 1). */
final class PciClass {
    private PciClass() {}

    static String nameOf(int classCode) {
        int subclass = classCode >>> 8;
        return switch (subclass) {
            case 0x0100 -> "SCSI controller";
            case 0x0101 -> "IDE controller";
            case 0x0104 -> "RAID controller";
            case 0x0106 -> "SATA controller";
            case 0x0107 -> "SAS controller";
            case 0x0108 -> (classCode & 0xff) == 2 ? "NVMe controller" : "NVM controller";
            case 0x0200 -> "Ethernet controller";
            case 0x0207 -> "InfiniBand controller";
            case 0x0300 -> "VGA controller";
            case 0x0302 -> "3D controller";
            case 0x0403 -> "audio device";
            case 0x0600 -> "host bridge";
            case 0x0601 -> "ISA bridge";
            case 0x0604 -> "PCI bridge";
            case 0x0700 -> "serial controller";
            case 0x0801 -> "DMA controller";
            case 0x0805 -> "SD host controller";
            case 0x0806 -> "IOMMU";
            case 0x0c03 -> "USB controller";
            case 0x0c05 -> "SMBus";
            default -> nameOfClass(classCode >>> 16);
        };
    }

    private static String nameOfClass(int baseClass) {
        return switch (baseClass) {
            case 0x00 -> "device of before the classes";
            case 0x01 -> "storage controller";
            case 0x02 -> "network controller";
            case 0x03 -> "display controller";
            case 0x04 -> "multimedia device";
            case 0x05 -> "memory controller";
            case 0x06 -> "bridge";
            case 0x07 -> "communication controller";
            case 0x08 -> "system device";
            case 0x09 -> "input device";
            case 0x0b -> "processor";
            case 0x0c -> "serial bus controller";
            case 0x0d -> "wireless controller";
            case 0x10 -> "encryption controller";
            case 0x11 -> "signal processing controller";
            case 0x12 -> "processing accelerator";
            default -> "device of no class";
        };
    }
}
