/**
 * Sockets on a ring: a server that lives on the loop's own thread and allocates nothing for a
 * message, and sockets for threads that wait.
 */
@NullMarked
package dev.ringroad.uring.socket;

import org.jspecify.annotations.NullMarked;
