/**
 * The target's side of NVMe over TCP: block devices exported as namespaces of subsystems.
 *
 * <p>{@link dev.ringroad.nvme.fabrics.serve.NvmeTcpTarget} is the whole; a connection's state
 * machine knows bytes and time only, and a thread of the target's moves the bytes.
 */
@NullMarked
package dev.ringroad.nvme.fabrics.serve;

import org.jspecify.annotations.NullMarked;
