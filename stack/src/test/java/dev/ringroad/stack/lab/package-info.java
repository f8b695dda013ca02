/** Two production stacks on a simulated wire in virtual time; a run is decided by its seed. */
@NullMarked
package dev.ringroad.stack.lab;

import org.jspecify.annotations.NullMarked;
