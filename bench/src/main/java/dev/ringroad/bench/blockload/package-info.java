/** Reads and writes block devices of any kind, and tells how fast that is. */
@NullMarked
package dev.ringroad.bench.blockload;

import org.jspecify.annotations.NullMarked;
