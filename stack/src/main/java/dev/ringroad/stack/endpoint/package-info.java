/** What every endpoint shows to those who wait for it. */
@NullMarked
package dev.ringroad.stack.endpoint;

import org.jspecify.annotations.NullMarked;
