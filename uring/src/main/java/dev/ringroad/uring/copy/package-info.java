/**
 * Copying files and trees through a ring. Directories are walked and made by the calling thread,
 * from open directory to open directory, so that neither long paths nor odd names matter; files are
 * opened, read, written, closed and renamed by the ring, many at once.
 */
@NullMarked
package dev.ringroad.uring.copy;

import org.jspecify.annotations.NullMarked;
