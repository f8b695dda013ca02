/**
 * What a stack is told when it is made: profile, limits, seed; and the keyed hashes drawn from the
 * seed.
 */
@NullMarked
package dev.ringroad.stack.config;

import org.jspecify.annotations.NullMarked;
