/** A namespace of an NVMe drive as a block device. */
@NullMarked
package dev.ringroad.nvme.block.drive;

import org.jspecify.annotations.NullMarked;
