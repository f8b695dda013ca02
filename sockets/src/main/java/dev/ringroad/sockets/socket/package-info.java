/** java.net sockets that decide between the stack and the kernel when an address is known. */
@NullMarked
package dev.ringroad.sockets.socket;

import org.jspecify.annotations.NullMarked;
