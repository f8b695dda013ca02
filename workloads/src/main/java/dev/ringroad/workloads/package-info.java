/**
 * Client and server programs that any Java developer could have written, over {@code java.net} and
 * {@code java.nio} alone.
 *
 * <p>Each is a {@code main} that takes {@code key=value} arguments, a server says {@code READY
 * port=…} when it listens, and whoever measured prints {@code RESULT …} lines on standard output.
 */
@NullMarked
package dev.ringroad.workloads;

import org.jspecify.annotations.NullMarked;
