/** memif between Ringroad and DPDK's testpmd, beside testpmd with itself. */
@NullMarked
package dev.ringroad.bench.memif;

import org.jspecify.annotations.NullMarked;
