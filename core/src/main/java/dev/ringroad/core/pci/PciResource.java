package dev.ringroad.core.pci;

/**
 * What is behind a base address register, as the kernel has laid it out.
 *
 * @param index 0 to 5
 * @param address the first one, as the processor sees it
 * @param byteSize how large it is
 * @param ports whether these are port addresses
 */
public record PciResource(int index, long address, long byteSize, boolean ports) {}
