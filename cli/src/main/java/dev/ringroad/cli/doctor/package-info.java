/** {@code ringroad doctor}: what this machine offers for each path, why, and what would mend it. */
@NullMarked
package dev.ringroad.cli.doctor;

import org.jspecify.annotations.NullMarked;
