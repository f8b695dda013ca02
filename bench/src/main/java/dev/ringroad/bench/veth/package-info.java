/** Packets over a cable of the kernel, with AF_XDP and AF_PACKET, beside DPDK's testpmd. */
@NullMarked
package dev.ringroad.bench.veth;

import org.jspecify.annotations.NullMarked;
