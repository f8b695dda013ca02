package dev.ringroad.core.pci;

/**
 * What a function says that it is. All numbers are as they stand in configuration space; nothing
 * keeps a function from lying.
 *
 * @param vendor who made it, such as 0x8086; 0xffff is nobody
 * @param device the maker's number for it
 * @param classCode class, subclass and programming interface, 8 bits each
 * @param revision the maker's
 * @param subsystemVendor who made the card; 0 when it does not say
 * @param subsystem the card maker's number
 */
public record PciIdentity(
        int vendor, int device, int classCode, int revision, int subsystemVendor, int subsystem) {
    /** NVM Express of the I/O kind (PCI Code and ID Assignment 1.11, section 1.2). */
    public static final int CLASS_NVME = 0x010802;

    /** Ethernet controller. */
    public static final int CLASS_ETHERNET = 0x020000;

    /** Reads it. */
    public static PciIdentity of(PciConfig config) {
        int ids = config.readInt(PciHeader.VENDOR);
        int kind = config.readInt(PciHeader.REVISION);
        boolean endpoint =
                (config.readByte(PciHeader.HEADER_TYPE) & PciHeader.TYPE_MASK)
                        == PciHeader.TYPE_ENDPOINT;
        int subsystem = endpoint ? config.readInt(PciHeader.SUBSYSTEM_VENDOR) : 0;
        return new PciIdentity(
                ids & 0xffff,
                ids >>> 16,
                kind >>> 8,
                kind & 0xff,
                subsystem & 0xffff,
                subsystem >>> 16);
    }

    /** Vendor and device as tools write them: {@code 8086:10d3}. */
    public String ids() {
        return String.format("%04x:%04x", vendor, device);
    }

    /** The class in words, such as {@code NVMe controller}. */
    public String className() {
        return PciClass.nameOf(classCode);
    }
}
