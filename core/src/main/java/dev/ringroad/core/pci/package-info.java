/**
 * PCI devices without a kernel driver: configuration space, registers, device-visible memory,
 * interrupts.
 */
@NullMarked
package dev.ringroad.core.pci;

import org.jspecify.annotations.NullMarked;
