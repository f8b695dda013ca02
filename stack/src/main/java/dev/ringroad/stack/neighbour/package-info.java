/** Who on the link has which hardware address: the neighbour cache, and ARP for IPv4. */
@NullMarked
package dev.ringroad.stack.neighbour;

import org.jspecify.annotations.NullMarked;
