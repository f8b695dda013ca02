/** Named counters in shared memory, readable from another process. */
@NullMarked
package dev.ringroad.core.counter;

import org.jspecify.annotations.NullMarked;
