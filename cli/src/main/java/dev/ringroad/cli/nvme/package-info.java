/** {@code ringroad nvme}: drives, and whatever else holds blocks. */
@NullMarked
package dev.ringroad.cli.nvme;

import org.jspecify.annotations.NullMarked;
