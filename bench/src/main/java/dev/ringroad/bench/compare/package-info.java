/**
 * Runs the same unmodified client and server programs over the kernel and over Ringroad, in turns,
 * and makes rows of what they measure.
 */
@NullMarked
package dev.ringroad.bench.compare;

import org.jspecify.annotations.NullMarked;
