/** {@code ringroad uring}: what this kernel's io_uring can do. */
@NullMarked
package dev.ringroad.cli.uring;

import org.jspecify.annotations.NullMarked;
