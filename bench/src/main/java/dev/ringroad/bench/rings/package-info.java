/** Rings beside DPDK's rte_ring. */
@NullMarked
package dev.ringroad.bench.rings;

import org.jspecify.annotations.NullMarked;
