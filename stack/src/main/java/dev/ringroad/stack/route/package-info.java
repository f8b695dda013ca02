/** A router: IPv4 datagrams from port to port by longest prefix, as RFC 1812 asks. */
@NullMarked
package dev.ringroad.stack.route;

import org.jspecify.annotations.NullMarked;
