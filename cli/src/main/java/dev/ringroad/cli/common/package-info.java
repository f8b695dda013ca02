/** What all subcommands share. */
@NullMarked
package dev.ringroad.cli.common;

import org.jspecify.annotations.NullMarked;
