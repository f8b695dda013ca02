/** The NVMe driver against models of controllers, well-behaved and not. */
@NullMarked
package dev.ringroad.testkit.nvme;

import org.jspecify.annotations.NullMarked;
