/** The transmission control protocol (RFC 9293) as state machines that take packets and time. */
@NullMarked
package dev.ringroad.stack.tcp;

import org.jspecify.annotations.NullMarked;
