/** Virtio between processes, measured beside DPDK's testpmd. */
@NullMarked
package dev.ringroad.bench.virtio;

import org.jspecify.annotations.NullMarked;
