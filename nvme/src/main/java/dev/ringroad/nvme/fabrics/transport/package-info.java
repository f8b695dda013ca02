/**
 * Streams of bytes that never block: what NVMe over TCP runs on.
 *
 * <p>{@link dev.ringroad.nvme.fabrics.transport.KernelStreams} are sockets of the kernel, which can
 * be slept on and read straight into any native memory. {@link
 * dev.ringroad.nvme.fabrics.transport.ChannelStreams} are the channels of java.nio, which are
 * whatever provides them: under {@code ringroad run} a stack in user space.
 */
@NullMarked
package dev.ringroad.nvme.fabrics.transport;

import org.jspecify.annotations.NullMarked;
