/** What every PCI device has to do, whoever takes it from the kernel. */
@NullMarked
package dev.ringroad.testkit.pci;

import org.jspecify.annotations.NullMarked;
