/** Control messages: echo, errors in both directions, and multicast memberships. */
@NullMarked
package dev.ringroad.stack.icmp;

import org.jspecify.annotations.NullMarked;
