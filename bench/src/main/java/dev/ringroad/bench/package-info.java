/** Measurements and the rows they yield. */
@NullMarked
package dev.ringroad.bench;

import org.jspecify.annotations.NullMarked;
