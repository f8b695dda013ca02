/** The ringroad command and its subcommands. */
@NullMarked
package dev.ringroad.cli;

import org.jspecify.annotations.NullMarked;
