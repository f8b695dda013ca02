/** Our tables beside DPDK's, in cycles an operation. */
@NullMarked
package dev.ringroad.bench.tables;

import org.jspecify.annotations.NullMarked;
