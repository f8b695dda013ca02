/**
 * Partition tables: GPT (UEFI Specification 2.10, section 5.3), read without believing any of it,
 * and written.
 */
@NullMarked
package dev.ringroad.nvme.block.gpt;

import org.jspecify.annotations.NullMarked;
