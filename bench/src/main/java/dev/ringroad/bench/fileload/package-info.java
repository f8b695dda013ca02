/** A load generator for files: reads and writes through io_uring, timed and verified. */
@NullMarked
package dev.ringroad.bench.fileload;

import org.jspecify.annotations.NullMarked;
