/**
 * java.nio channels and selectors that decide between the stack and the kernel when an address is
 * known.
 */
@NullMarked
package dev.ringroad.sockets.channel;

import org.jspecify.annotations.NullMarked;
