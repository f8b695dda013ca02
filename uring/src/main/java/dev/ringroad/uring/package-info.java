/**
 * io_uring as the kernel means it: entries are written into memory that the kernel reads, and
 * completions read from memory that it writes, many to one system call.
 *
 * <p>{@link dev.ringroad.uring.Uring} is the ring. What can be asked of the kernel is sorted by
 * subject: {@link dev.ringroad.uring.FileOperations}, {@link dev.ringroad.uring.SocketOperations},
 * {@link dev.ringroad.uring.ControlOperations}.
 */
@NullMarked
package dev.ringroad.uring;

import org.jspecify.annotations.NullMarked;
