/**
 * Rings between threads and processes: {@link dev.ringroad.core.ring.SpscRing} from one thread to
 * one thread, {@link dev.ringroad.core.ring.ReferenceRing} and, in shared memory, {@link
 * dev.ringroad.core.ring.LongRing} between any numbers of them.
 */
@NullMarked
package dev.ringroad.core.ring;

import org.jspecify.annotations.NullMarked;
