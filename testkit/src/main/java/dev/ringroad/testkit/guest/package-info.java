/**
 * The guest lab: Debian's Linux in QEMU, with an IOMMU, for what only a whole kernel can prove. It
 * boots in seconds and runs without hardware virtualization: judge correctness there, never speed.
 */
@NullMarked
package dev.ringroad.testkit.guest;

import org.jspecify.annotations.NullMarked;
