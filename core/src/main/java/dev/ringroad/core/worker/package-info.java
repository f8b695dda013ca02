/** Pinned workers, pollers, idle strategies and the timing wheel. */
@NullMarked
package dev.ringroad.core.worker;

import org.jspecify.annotations.NullMarked;
