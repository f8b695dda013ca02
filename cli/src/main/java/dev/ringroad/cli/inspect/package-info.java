/** Looks into running processes from outside: their counters and their sockets. */
@NullMarked
package dev.ringroad.cli.inspect;

import org.jspecify.annotations.NullMarked;
