/** {@code ringroad forward}: frames from port to port. */
@NullMarked
package dev.ringroad.cli.forward;

import org.jspecify.annotations.NullMarked;
