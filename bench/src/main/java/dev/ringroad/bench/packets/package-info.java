/** The packet plane by itself, beside testpmd. */
@NullMarked
package dev.ringroad.bench.packets;

import org.jspecify.annotations.NullMarked;
