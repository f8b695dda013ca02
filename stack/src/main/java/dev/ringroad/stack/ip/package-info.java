/** The internet layer: addresses, interfaces, routes, datagrams, fragments. */
@NullMarked
package dev.ringroad.stack.ip;

import org.jspecify.annotations.NullMarked;
