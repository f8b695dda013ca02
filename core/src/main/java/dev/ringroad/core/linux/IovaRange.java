package dev.ringroad.core.linux;

/**
 * Addresses that an IOMMU translates for a device.
 *
 * @param first of them
 * @param last of them, included; both unsigned
 */
public record IovaRange(long first, long last) {}
