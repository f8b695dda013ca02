/** Client and server programs that any Java developer could have written. */
@NullMarked
package dev.ringroad.workloads;

import org.jspecify.annotations.NullMarked;
