/**
 * Files as block devices: through io_uring where the module {@code dev.ringroad.uring} and the
 * kernel have it, else through {@link java.nio.channels.FileChannel}.
 */
@NullMarked
package dev.ringroad.nvme.block.file;

import org.jspecify.annotations.NullMarked;
