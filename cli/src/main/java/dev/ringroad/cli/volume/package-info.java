/** {@code ringroad volume}: thin-provisioned volumes in a file or on a block device. */
@NullMarked
package dev.ringroad.cli.volume;

import org.jspecify.annotations.NullMarked;
