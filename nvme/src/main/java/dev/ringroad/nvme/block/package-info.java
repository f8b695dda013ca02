/**
 * The block layer: one small interface to whatever holds blocks, and devices made of other devices.
 *
 * <p>{@link dev.ringroad.nvme.block.BlockDevice} is what is shared, {@link
 * dev.ringroad.nvme.block.BlockChannel} what each thread opens for itself, {@link
 * dev.ringroad.nvme.block.BlockRequest} what travels.
 */
@NullMarked
package dev.ringroad.nvme.block;

import org.jspecify.annotations.NullMarked;
