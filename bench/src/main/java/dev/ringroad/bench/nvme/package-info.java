/** Our NVMe driver against a controller that costs nothing, and NVMe over TCP. */
@NullMarked
package dev.ringroad.bench.nvme;

import org.jspecify.annotations.NullMarked;
