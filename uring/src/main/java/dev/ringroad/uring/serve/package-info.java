/** Servers on rings that are of use as they are: echo, and files over HTTP. */
@NullMarked
package dev.ringroad.uring.serve;

import org.jspecify.annotations.NullMarked;
