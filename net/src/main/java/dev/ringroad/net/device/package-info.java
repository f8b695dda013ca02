/** The contract of network devices. */
@NullMarked
package dev.ringroad.net.device;

import org.jspecify.annotations.NullMarked;
