/**
 * PCI functions by the kernel's resource files: without VFIO, without an IOMMU, at one's own risk.
 */
@NullMarked
package dev.ringroad.core.pci.sysfs;

import org.jspecify.annotations.NullMarked;
