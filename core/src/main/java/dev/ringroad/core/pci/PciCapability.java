package dev.ringroad.core.pci;

/**
 * One entry of a function's lists of capabilities.
 *
 * @param id of which the lists of either kind have their own
 * @param version of an extended one, 0 of others
 * @param offset where it begins in configuration space
 * @param extended whether it is of the list behind byte 256
 */
public record PciCapability(int id, int version, int offset, boolean extended) {
    /** Power management. */
    public static final int POWER = 0x01;

    /** Message signalled interrupts. */
    public static final int MSI = 0x05;

    /** PCI Express. */
    public static final int EXPRESS = 0x10;

    /** Message signalled interrupts from a table. */
    public static final int MSIX = 0x11;

    /** Advanced features, by which conventional functions offer a reset. */
    public static final int ADVANCED_FEATURES = 0x13;

    /** Of the extended list: errors. */
    public static final int EXTENDED_ERRORS = 0x0001;

    /** Of the extended list: access control services, which decide about IOMMU groups. */
    public static final int EXTENDED_ACCESS_CONTROL = 0x000d;

    /** Of the extended list: virtual functions. */
    public static final int EXTENDED_VIRTUAL_FUNCTIONS = 0x0010;
}
