/** Rings between threads. */
@NullMarked
package dev.ringroad.core.ring;

import org.jspecify.annotations.NullMarked;
