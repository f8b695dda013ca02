/** Shared memory regions; the only package that makes a segment out of an address. */
@NullMarked
package dev.ringroad.core.memory;

import org.jspecify.annotations.NullMarked;
