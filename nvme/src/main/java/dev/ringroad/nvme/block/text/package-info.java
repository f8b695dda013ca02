/**
 * Block devices as a command line names them: {@code memory:1g}, {@code delay:1ms@memory:1g},
 * {@code stripe:64k(file:a,file:b)}. {@link dev.ringroad.nvme.block.text.BlockTexts} takes a text
 * apart and opens what it names; kinds of devices that this package does not know are added by
 * whoever does.
 */
@NullMarked
package dev.ringroad.nvme.block.text;

import org.jspecify.annotations.NullMarked;
