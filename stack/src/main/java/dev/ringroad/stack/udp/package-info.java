/** UDP: the layer that finds the endpoint, and the endpoint that queues what came. */
@NullMarked
package dev.ringroad.stack.udp;

import org.jspecify.annotations.NullMarked;
