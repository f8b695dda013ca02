/** An NVMe drive without the kernel: the controller, its queue pairs, its namespaces. */
@NullMarked
package dev.ringroad.nvme;

import org.jspecify.annotations.NullMarked;
