/** One stack, many threads: who drives it, who waits, and the table of sockets for outside eyes. */
@NullMarked
package dev.ringroad.stack.socket;

import org.jspecify.annotations.NullMarked;
