/** What a worker costs that has nothing to do, and how long it takes to wake. */
@NullMarked
package dev.ringroad.bench.idle;

import org.jspecify.annotations.NullMarked;
