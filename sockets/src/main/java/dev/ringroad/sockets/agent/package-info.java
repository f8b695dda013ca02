/** The Java agent that puts an unmodified program's sockets onto the stack. */
@NullMarked
package dev.ringroad.sockets.agent;

import org.jspecify.annotations.NullMarked;
