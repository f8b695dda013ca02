/** DPDK's own programs, run beside ours: {@code dpdk-test} and {@code dpdk-testpmd}. */
@NullMarked
package dev.ringroad.bench.dpdk;

import org.jspecify.annotations.NullMarked;
