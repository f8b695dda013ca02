/** Counts what goes through a device. */
@NullMarked
package dev.ringroad.net.device.counter;

import org.jspecify.annotations.NullMarked;
