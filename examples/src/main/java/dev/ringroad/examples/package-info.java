/** One small program for each story. */
@NullMarked
package dev.ringroad.examples;

import org.jspecify.annotations.NullMarked;
