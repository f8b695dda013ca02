/** Packet pools beside DPDK's rte_mempool. */
@NullMarked
package dev.ringroad.bench.pools;

import org.jspecify.annotations.NullMarked;
