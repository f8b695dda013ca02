/** Forwarding between ports: a small engine for each mode, and the loop that runs them. */
@NullMarked
package dev.ringroad.net.forward;

import org.jspecify.annotations.NullMarked;
