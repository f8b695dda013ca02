/** {@code ringroad run}: starts a Java program with its sockets on user-space stacks. */
@NullMarked
package dev.ringroad.cli.run;

import org.jspecify.annotations.NullMarked;
