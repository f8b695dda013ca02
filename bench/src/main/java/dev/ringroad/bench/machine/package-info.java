/** What the machine itself does to a measurement. */
@NullMarked
package dev.ringroad.bench.machine;

import org.jspecify.annotations.NullMarked;
