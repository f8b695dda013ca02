/**
 * Files over io_uring, for programs that know files and not rings: {@link
 * dev.ringroad.uring.file.UringFile} with callbacks, blocking calls and futures, and the channels
 * of {@code java.nio} over it.
 *
 * <p>All files of a {@link dev.ringroad.uring.file.UringFiles} share its loop and its pool of
 * registered buffers. Memory of callers is copied through that pool: it could be freed while the
 * kernel still writes into it, and a pool's buffer cannot. Who has no use for the copy takes a
 * {@link dev.ringroad.uring.UringBuffer} of the loop and the callbacks.
 */
@NullMarked
package dev.ringroad.uring.file;

import org.jspecify.annotations.NullMarked;
