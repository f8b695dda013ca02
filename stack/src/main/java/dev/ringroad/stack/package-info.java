/** The assembled stack: one owner at a time. */
@NullMarked
package dev.ringroad.stack;

import org.jspecify.annotations.NullMarked;
