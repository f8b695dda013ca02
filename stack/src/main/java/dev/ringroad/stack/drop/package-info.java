/** Why a packet was dropped: every reason has a name, a counter and a sentence. */
@NullMarked
package dev.ringroad.stack.drop;

import org.jspecify.annotations.NullMarked;
