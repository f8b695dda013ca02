/** Impairs a device on purpose, the same way each time for the same seed. */
@NullMarked
package dev.ringroad.net.device.fault;

import org.jspecify.annotations.NullMarked;
