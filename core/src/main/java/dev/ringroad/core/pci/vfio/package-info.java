/** PCI functions by VFIO: behind an IOMMU that keeps them to the memory that they were given. */
@NullMarked
package dev.ringroad.core.pci.vfio;

import org.jspecify.annotations.NullMarked;
