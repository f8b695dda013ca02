/** Servers of other libraries, which programs of {@code bench} start and measure. */
@NullMarked
package dev.ringroad.peers;

import org.jspecify.annotations.NullMarked;
